internal import SystemPackage

/// A setting that lies in a file of its own, so that it is in no environment and no command line.
enum SecretFile {
    /// The longest secret that a setting may be.
    static let bytesMax = 64 << 10

    /// What the file holds, without the white space around it.
    ///
    /// - Throws: `ConfigurationError` for a file that cannot be read, is too long, or is empty.
    static func read(_ path: String, key: String) throws(ConfigurationError) -> String {
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        let count: Int
        do {
            let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
            count = try descriptor.closeAfter {
                try bytes.withUnsafeMutableBytes { buffer in
                    var filled = 0
                    while filled < buffer.count {
                        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                        let more = try descriptor.read(into: rest)
                        guard more > 0 else { break }
                        filled += more
                    }
                    return filled
                }
            }
        } catch {
            throw ConfigurationError(key: key, rule: "\"\(path)\" cannot be read: \(error)")
        }
        guard count <= bytesMax else {
            throw ConfigurationError(
                key: key, rule: "\"\(path)\" must have at most \(bytesMax) bytes")
        }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        let trimmed = text.drop(while: \.isWhitespace)
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else {
            throw ConfigurationError(key: key, rule: "\"\(path)\" must not be empty")
        }
        return String(trimmed[...last])
    }
}
