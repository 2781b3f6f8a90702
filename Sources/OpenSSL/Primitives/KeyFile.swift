internal import Glibc

/// A file of key material. Each use blocks the calling thread.
package struct KeyFile: Sendable, Hashable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// What tells one state of a file from another without reading it: a file that is replaced has
    /// another number, one that is rewritten another time or size.
    package struct Version: Sendable, Hashable {
        fileprivate let device: UInt
        fileprivate let number: UInt
        fileprivate let size: Int
        fileprivate let seconds: Int
        fileprivate let nanoseconds: Int
    }

    /// The file's state now; symbolic links are followed, as systems that swap links to deliver
    /// secrets expect.
    package func version() throws(OpenSSLError) -> Version {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0 else {
            throw failure("inspect a file")
        }
        return Version(
            device: UInt(status.st_dev), number: UInt(status.st_ino), size: Int(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    /// The file's bytes, in memory that is zeroed when it is let go.
    ///
    /// - Parameter isPrivate: Refuse a file that every user of the machine may read or write.
    package func read(
        bytesMax: Int, isPrivate: Bool = false
    ) throws(OpenSSLError) -> SecretBytes {
        guard !path.utf8.contains(0) else {
            throw refusal("open a file", "the path contains NUL")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open a file") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("inspect a file") }
        // Size first, bytes second: the text then lives in one zeroed allocation and never in the
        // copies a growing array would leave behind. It also refuses directories and pipes.
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("read a file", "not a regular file")
        }
        guard !isPrivate || status.st_mode & (S_IROTH | S_IWOTH) == 0 else {
            throw refusal("read a file", "every user may read or write it: chmod o= it")
        }
        guard status.st_size <= bytesMax else {
            throw refusal("read a file", "larger than \(bytesMax) bytes")
        }
        let size = Int(status.st_size)
        return try SecretBytes(count: size) { (buffer) throws(OpenSSLError) in
            var filled = 0
            while filled < size {
                let count = Glibc.read(
                    descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw failure("read a file") }
                guard count > 0 else {
                    throw refusal("read a file", "it became shorter while it was read")
                }
                filled += count
            }
        }
    }

    private func failure(_ operation: String) -> OpenSSLError {
        refusal(operation, OpenSSLError.systemReason(errno))
    }

    private func refusal(_ operation: String, _ reason: String) -> OpenSSLError {
        OpenSSLError(.fileUnreadable, operation, file: path, reasons: [reason])
    }
}
