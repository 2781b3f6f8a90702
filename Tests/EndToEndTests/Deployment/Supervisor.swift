internal import Reactor

/// A shell script that is told what to do by lines, and answers each with one.
final class Supervisor: Sendable {
    private let script: Conversation
    private let messages: TemporaryFile
    /// One command after the other: an answer belongs to the command before it.
    private let thread = BlockingThread(name: "supervisor")

    init(script: String, arguments: [String], environment: [String: String]) throws {
        messages = try TemporaryFile()
        // A file, not our own standard error: whoever waits for our output to end would wait for
        // the clean-up too.
        self.script = try Conversation(
            "/bin/bash", [script] + arguments, environment: environment, errors: messages)
    }

    /// The next line the script prints.
    func nextLine() async throws -> String {
        try await thread.run { [self] in try readLine() }
    }

    /// Sends a line and answers with the line that comes back.
    func ask(_ command: String) async throws -> String {
        try await thread.run { [self] in
            try script.write(command)
            return try readLine()
        }
    }

    /// Lets the script end, and waits until it has cleaned up.
    func end() async throws {
        _ = try await thread.run { [script] in script.finish() }
    }

    private func readLine() throws -> String {
        guard let line = script.readLine() else {
            throw DeploymentError("the supervisor ended; it said:\n\(messages.contents())")
        }
        return line
    }
}
