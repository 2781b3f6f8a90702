/// Why a command ends without having done what it was asked, other than a status of the server's.
package struct CommandFailure: Error, Sendable, CustomStringConvertible {
    package let status: CommandStatus
    /// What happened, on one line; empty when the command has said it already.
    package let description: String

    package init(_ status: CommandStatus, _ description: String = "") {
        self.status = status
        self.description = description
    }
}
