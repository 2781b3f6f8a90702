internal import Glibc

/// Reads and writes whole files and the standard streams: the one place of the command lines that
/// calls read(2) and write(2).
package enum TextFile {
    /// The largest file that is read, in bytes.
    package static let fileBytesMax = 16 << 20

    private static let standardInput: CInt = 0
    private static let standardOutput: CInt = 1
    private static let standardError: CInt = 2

    /// Whether a person types the standard input.
    package static var standardInputIsTerminal: Bool { isatty(standardInput) == 1 }
    /// Whether a person reads the standard error.
    package static var standardErrorIsTerminal: Bool { isatty(standardError) == 1 }

    package static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

    /// The text of a file, or of the standard input for `-`. Blocks.
    ///
    /// - Throws: `CommandFailure` with `.noInput`.
    package static func read(_ path: String) throws(CommandFailure) -> String {
        let isStandardInput = path == "-"
        let descriptor = isStandardInput ? standardInput : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if !isStandardInput { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                guard errno == EINTR else { throw failure(path) }
                continue
            }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= fileBytesMax else {
                throw CommandFailure(.noInput, "\(path): longer than \(fileBytesMax) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.noInput, "\(path): not UTF-8 text")
        }
        return text
    }

    /// Replaces a file's content, or writes to the standard output for `-`. Blocks.
    ///
    /// - Throws: `CommandFailure` with `.noInput`.
    package static func write(_ text: String, to path: String) throws(CommandFailure) {
        let isStandardOutput = path == "-"
        let descriptor =
            isStandardOutput
            ? standardOutput : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if !isStandardOutput { close(descriptor) } }
        guard writeAll(Array(text.utf8), to: descriptor) else { throw failure(path) }
    }

    /// Writes to the standard output at once, so that a reader of a stream sees each line.
    package static func print(_ text: String) {
        _ = writeAll(Array(text.utf8), to: standardOutput)
    }

    /// Writes to the standard error.
    package static func report(_ text: String) {
        _ = writeAll(Array(text.utf8), to: standardError)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return false }
                continue
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(.noInput, "\(path): \(String(cString: strerror(errno)))")
    }
}
