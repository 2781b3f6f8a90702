/// A program run to its end, with a file as its input or with none.
struct Command {
    var path: String
    var arguments: [String] = []
    var input: TemporaryFile?
    var environment = ChildProcess.cleanEnvironment

    /// What a program left behind.
    struct Outcome {
        /// The exit status; 128 + n after signal n.
        let status: Int32
        let output: String
        let errors: String
    }

    func run() async throws -> Outcome {
        let input = try input ?? TemporaryFile()
        let output = try TemporaryFile()
        let errors = try TemporaryFile()
        let process = try ChildProcess(
            path, arguments, environment: environment, input: input.descriptor,
            output: output.descriptor, errors: errors.descriptor)
        let status = try await onOwnThread { process.exitStatus() }
        return Outcome(status: status, output: output.contents(), errors: errors.contents())
    }
}
