internal import Glibc

/// A program run to its end, with what it printed.
///
/// By posix_spawn and waitpid: Foundation's Process waits on a run loop of the calling thread,
/// which was seen to miss the end of a child when tests run many at once.
package struct ChildProcess: Sendable {
    package let status: Int32
    package let output: String
    package let errors: String

    /// Runs `executable` with an empty environment; blocks until it has ended.
    ///
    /// - Throws: `TestClusterError` when it cannot be started.
    package init(_ executable: String, _ arguments: [String]) throws {
        // Standard error goes to a file: two pipes read one after the other could block the child.
        var template = Array("/tmp/bfc-child-XXXXXX".utf8CString)
        let log = mkstemp(&template)
        guard log >= 0 else { throw TestClusterError(description: "mkstemp failed") }
        defer {
            close(log)
            unlink(template)
        }
        var pipes: [Int32] = [0, 0]
        // A pair of sockets and not a pipe: it is closed on exec from the first moment, so that a
        // child started at the same time cannot hold its other end open.
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pipes) == 0 else {
            throw TestClusterError(description: "socketpair failed")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        posix_spawn_file_actions_adddup2(&actions, log, 2)
        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
        argv.append(nil)
        defer { for pointer in argv { free(pointer) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, executable, &actions, nil, argv, nil)
        close(pipes[1])
        defer { close(pipes[0]) }
        guard result == 0 else {
            let reason = String(cString: strerror(result))
            throw TestClusterError(description: "\(executable): \(reason)")
        }
        output = Self.readAll(pipes[0])
        var raw: Int32 = 0
        while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
        status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        lseek(log, 0, SEEK_SET)
        errors = Self.readAll(log)
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
