internal import ArgumentParser
package import TTRPC

/// How a command ends, for scripts. The numbers from 64 on are those of sysexits(3).
package struct CommandStatus: Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let success = CommandStatus(rawValue: 0)
    /// The answer arrived and is no: a quota check that is not allowed, a server not serving.
    package static let negativeAnswer = CommandStatus(rawValue: 1)
    /// The command line is wrong.
    package static let usage = CommandStatus(rawValue: 64)
    /// The request is not JSON, or is not the message that the method takes.
    package static let badInput = CommandStatus(rawValue: 65)
    /// A file could not be read or written.
    package static let noInput = CommandStatus(rawValue: 66)
    /// The server cannot be reached, or takes no calls for now: UNAVAILABLE, whoever says it.
    package static let unreachable = CommandStatus(rawValue: 69)
    /// The server's answer could not be understood.
    package static let badAnswer = CommandStatus(rawValue: 70)

    /// What is added to a gRPC status code, so that `NOT_FOUND`, 5, ends a command with 21.
    package static let statusCodeBase: Int32 = 16

    /// A call that the server, or the client on its behalf, ended with a status.
    package init(_ code: RPCError.Code) {
        guard code != .unavailable else {
            self = .unreachable
            return
        }
        // An exit status has 8 bits; a code without a name is shown as UNKNOWN.
        let isNamed = (1...16).contains(code.rawValue)
        rawValue = Self.statusCodeBase + (isNamed ? code.rawValue : RPCError.Code.unknown.rawValue)
    }

    /// The table as it stands in `--help`.
    package static let helpText = """
        EXIT STATUS
          0   done
          1   the answer is no: not allowed, not serving, not every call succeeded
          64  the command line is wrong
          65  the request is not JSON or not the message that the method takes
          66  a file cannot be read or written
          69  the server cannot be reached, or takes no calls for now (UNAVAILABLE)
          70  the answer cannot be understood
          16 + the gRPC status code of a call that failed: 19 INVALID_ARGUMENT,
          20 DEADLINE_EXCEEDED, 21 NOT_FOUND, 22 ALREADY_EXISTS, 23 PERMISSION_DENIED,
          24 RESOURCE_EXHAUSTED, 25 FAILED_PRECONDITION, 26 ABORTED, 28 UNIMPLEMENTED,
          29 INTERNAL, 32 UNAUTHENTICATED
        """
}
