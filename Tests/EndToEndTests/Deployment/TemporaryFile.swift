internal import Glibc

/// A file that has no name any more and goes with the last descriptor, or that is kept.
final class TemporaryFile: Sendable {
    let descriptor: CInt

    /// - Parameter path: Where it is kept, for somebody else to read and to remove.
    init(keptAt path: String? = nil) throws {
        let name = path ?? "/tmp/tenancy-e2e-\(UInt64.random(in: .min ... .max))"
        descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DeploymentError("no temporary file: errno \(errno)")
        }
        if path == nil { unlink(name) }
    }

    deinit {
        close(descriptor)
    }

    /// Everything written so far, by whatever process.
    func contents() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            // At an offset of our own: the writer's offset is the descriptor's.
            let count = pread(descriptor, &buffer, buffer.count, bytes.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Folders under the system's temporary folder; who makes one sees to its removal.
enum TemporaryFolder {
    static func make(mode: mode_t) throws -> String {
        var template = Array("/tmp/tenancy-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, chmod(template, mode) == 0 else {
            throw DeploymentError("no temporary folder: errno \(errno)")
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
