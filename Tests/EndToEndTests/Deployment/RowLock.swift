/// A transaction of the superuser's that holds locks until it is let go. It makes a call of the
/// service wait at a known place for as long as a test wants.
final class RowLock: Sendable {
    private let psql: Conversation

    /// Returns when the rows of `statement` are locked.
    init(_ statement: String, in deployment: Deployment) async throws {
        let messages = try TemporaryFile()
        psql = try Conversation(
            "\(deployment.postgres.programs)/psql", deployment.psqlArguments, errors: messages)
        try psql.write("BEGIN;\n\(statement);\n\\echo locked")
        try await onOwnThread { [psql] in
            while let line = psql.readLine() {
                if line == "locked" { return }
            }
            throw DeploymentError("psql ended without the lock: \(messages.contents())")
        }
    }

    /// Ends the transaction.
    func release() async throws {
        try psql.write("COMMIT;")
        _ = try await onOwnThread { [psql] in psql.finish() }
    }
}
