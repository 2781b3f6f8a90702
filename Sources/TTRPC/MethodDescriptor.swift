/// How many messages go each way.
public enum MethodKind: Sendable, Hashable, CaseIterable {
    case unary
    case serverStreaming
    case clientStreaming
    case bidirectionalStreaming

    /// Whether the client sends a stream of messages.
    public var clientStreams: Bool { self == .clientStreaming || self == .bidirectionalStreaming }
    /// Whether the server answers with a stream of messages.
    public var serverStreams: Bool { self == .serverStreaming || self == .bidirectionalStreaming }
}

/// A method by its names.
public struct MethodName: Sendable, Hashable {
    /// The service's full name.
    public let service: String
    /// The method's name.
    public let method: String

    public init(service: String, method: String) {
        self.service = service
        self.method = method
    }

    /// `service/method`.
    public var path: String { "\(service)/\(method)" }
}

/// One method of a service, with the types that it takes and gives.
public struct MethodDescriptor<Request: WireMessage, Response: WireMessage>: Sendable {
    /// The service's full name, `bfc.tenancy.v1.QuotaService`.
    public let service: String
    /// The method's name, `CheckQuota`.
    public let method: String
    public let kind: MethodKind
    /// Whether calling twice does what calling once does, so that a client may retry by itself.
    public let isIdempotent: Bool

    public init(service: String, method: String, kind: MethodKind, isIdempotent: Bool) {
        self.service = service
        self.method = method
        self.kind = kind
        self.isIdempotent = isIdempotent
    }
}
