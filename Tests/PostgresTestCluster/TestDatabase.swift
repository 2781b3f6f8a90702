internal import Foundation

/// One database of a test cluster, and how each role reaches it.
package struct TestDatabase: Sendable {
    package let name: String
    package let socketFolder: String
    package let programFolder: String

    /// The role that owns the schema and runs the migrations.
    package var ownerURL: String { url(of: "tenancy_owner") }
    /// The role that the service works as.
    package var applicationURL: String { url(of: "tenancy_app") }
    /// The role that nothing is hidden from, for looking at what a test has done.
    package var superuserURL: String { url(of: "postgres") }

    private func url(of role: String) -> String {
        "postgresql://\(role)@/\(name)?host=\(socketFolder)"
    }

    /// Runs a script with psql as the superuser and gives what it prints, without its last newline.
    ///
    /// - Throws: `TestClusterError` with what psql said when a statement fails.
    @discardableResult
    package func psql(_ script: String, url: String? = nil) throws -> String {
        let psql = try ChildProcess(
            "\(programFolder)/psql",
            [
                "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set",
                "ON_ERROR_STOP=1", "--dbname", url ?? superuserURL, "--command", script,
            ])
        guard psql.status == 0 else { throw TestClusterError(description: psql.errors) }
        return psql.output.trimmingCharacters(in: .newlines)
    }
}
