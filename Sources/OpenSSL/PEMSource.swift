internal import Glibc

/// Where certificates, keys and revocation lists in PEM come from.
package enum PEMSource: Sendable {
    /// A path, read when the context is made. Reading blocks the calling thread.
    case file(String)
    /// The PEM text itself, from memory. Errors name it "(memory)".
    case bytes([UInt8])

    /// Enough for a system's whole trust bundle and for a large revocation list.
    package static let fileBytesMax = 16 * 1024 * 1024

    /// What an error calls this source.
    var name: String {
        switch self {
        case .file(let path): path
        case .bytes: "(memory)"
        }
    }

    /// The text, in memory that is zeroed when it is let go: it may be a private key.
    func load() throws(OpenSSLError) -> SecretBytes {
        switch self {
        case .bytes(let bytes):
            return SecretBytes(copying: bytes)
        case .file(let path):
            return try PEMSource.read(path)
        }
    }

    private static func read(_ path: String) throws(OpenSSLError) -> SecretBytes {
        guard !path.utf8.contains(0) else {
            throw OpenSSLError(
                .fileUnreadable, "open a file", file: path, reasons: ["the path contains NUL"])
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw failure("open a file", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw failure("inspect a file", path)
        }
        // Size first, bytes second: the text then lives in one zeroed allocation and never in the
        // copies a growing array would leave behind. It also refuses directories and pipes.
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw OpenSSLError(
                .fileUnreadable, "read a file", file: path, reasons: ["not a regular file"])
        }
        guard status.st_size <= fileBytesMax else {
            throw OpenSSLError(
                .fileUnreadable, "read a file", file: path,
                reasons: ["larger than \(fileBytesMax) bytes"])
        }
        let size = Int(status.st_size)
        return try SecretBytes(count: size) { (buffer) throws(OpenSSLError) in
            var filled = 0
            while filled < size {
                let count = Glibc.read(
                    descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw failure("read a file", path) }
                guard count > 0 else {
                    throw OpenSSLError(
                        .fileUnreadable, "read a file", file: path,
                        reasons: ["it became shorter while it was read"])
                }
                filled += count
            }
        }
    }

    private static func failure(_ operation: String, _ path: String) -> OpenSSLError {
        OpenSSLError(
            .fileUnreadable, operation, file: path, reasons: [OpenSSLError.systemReason(errno)])
    }
}
