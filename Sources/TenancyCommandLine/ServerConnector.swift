package import Reactor
package import TTRPC

/// Makes the clients of the command lines.
package enum ServerConnector {
    /// A client that connects with its first call.
    ///
    /// - Throws: `CommandFailure` with `.usage` for an address that cannot be.
    package static func client(for target: ServerTarget) throws(CommandFailure) -> TTRPCClient {
        do throws(RuntimeError) {
            return try TTRPCClient(address: target.address, tls: target.tls)
        } catch {
            throw failure(error)
        }
    }

    /// A client of one connection on the loops of `group` that tries each call once: for measuring,
    /// where a retry would hide what it is there to show.
    ///
    /// - Throws: `CommandFailure` with `.usage` for an address that cannot be.
    package static func client(
        for target: ServerTarget, on group: EventLoopGroup
    ) throws(CommandFailure) -> TTRPCClient {
        var configuration = ClientConfiguration()
        configuration.retry.attemptsMax = 1
        do throws(RuntimeError) {
            return try TTRPCClient(
                address: target.address, tls: target.tls, configuration: configuration,
                group: group)
        } catch {
            throw failure(error)
        }
    }

    private static func failure(_ error: RuntimeError) -> CommandFailure {
        CommandFailure(error.code == .outOfResources ? .unreachable : .usage, "\(error)")
    }
}
