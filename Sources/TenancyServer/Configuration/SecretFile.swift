internal import OpenSSL

/// A setting that lies in a file of its own, so that it is in no environment and no command line.
enum SecretFile {
    /// The longest secret that a setting may be.
    static let bytesMax = 64 << 10

    /// What the file holds, without the white space around it.
    ///
    /// - Throws: `ConfigurationError` for a file that cannot be read, is too long, or is empty.
    static func read(_ path: String, key: String) throws(ConfigurationError) -> String {
        let bytes: SecretBytes
        do {
            bytes = try KeyFile(path).read(bytesMax: bytesMax)
        } catch {
            throw ConfigurationError(key: key, rule: "\"\(path)\" cannot be read: \(error)")
        }
        let text = bytes.withUnsafeBytes { bytes in
            let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
            let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
            return String(decoding: bytes[..<end].drop(while: isSpace), as: UTF8.self)
        }
        guard !text.isEmpty else {
            throw ConfigurationError(key: key, rule: "\"\(path)\" must not be empty")
        }
        return text
    }
}
