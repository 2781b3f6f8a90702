internal import Glibc

/// A child process and the socket that is its standard input and output.
///
/// A socket rather than two pipes: writing to a child that has ended is then an error, where a pipe
/// would raise SIGPIPE.
final class Conversation: Sendable {
    let descriptor: CInt
    private let process: ChildProcess

    init(
        _ path: String, _ arguments: [String],
        environment: [String: String] = ChildProcess.cleanEnvironment, errors: TemporaryFile
    ) throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw DeploymentError("socketpair: errno \(errno)") }
        defer { close(ends[1]) }
        do {
            process = try ChildProcess(
                path, arguments, environment: environment, input: ends[1], output: ends[1],
                errors: errors.descriptor)
        } catch {
            close(ends[0])
            throw error
        }
        descriptor = ends[0]
    }

    deinit {
        close(descriptor)
    }

    /// Sends a line.
    func write(_ line: String) throws {
        let bytes = Array("\(line)\n".utf8)
        guard send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw DeploymentError("the child takes no input: errno \(errno)")
        }
    }

    /// The next line; nil when the child has closed its output. Blocks.
    func readLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    /// Ends the child's input and blocks until the child has ended; answers its exit status.
    @discardableResult
    func finish() -> Int32 {
        shutdown(descriptor, CInt(SHUT_WR))
        return process.exitStatus()
    }

    /// Ends the child itself.
    func kill() {
        process.signal(SIGKILL)
        _ = process.exitStatus()
    }
}
