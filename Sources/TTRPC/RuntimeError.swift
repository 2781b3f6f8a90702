/// Why a server or a client as a whole could not start or go on; a single call fails with
/// `RPCError` instead.
public struct RuntimeError: Error, Sendable, CustomStringConvertible {
    /// What could not be done.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// An address could not be bound or listened on.
        public static let cannotListen = Code(description: "cannot listen")
        /// A certificate, key or trust bundle could not be used.
        public static let invalidTLSConfiguration = Code(description: "invalid TLS configuration")
        /// An address or a limit makes no sense.
        public static let invalidConfiguration = Code(description: "invalid configuration")
        /// The process has no descriptor, thread or memory left for it.
        public static let outOfResources = Code(description: "out of resources")
    }

    public var code: Code
    /// What happened, naming the address or the file.
    public var message: String
    /// What the layer below said.
    public var cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        cause.map { "\(code): \(message): \($0)" } ?? "\(code): \(message)"
    }
}
