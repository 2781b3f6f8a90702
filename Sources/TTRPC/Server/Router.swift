/// The methods that a server answers.
public struct Router: Sendable {
    /// The registered methods by `service/method`.
    private(set) var methods: [String: ServerMethod] = [:]

    public init() {}

    /// The registered methods, in the order of their first registration.
    public private(set) var methodNames: [MethodName] = []

    /// The registered methods, as `service/method`, sorted.
    public var paths: [String] { methods.keys.sorted() }

    /// Answers a unary method. Registering a method again replaces its handler.
    public mutating func unary<Request, Response>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        add(method) { payload, context, call throws(RPCError) in
            let request = try Request(wire: payload)
            try call.run(for: request) { call in
                let response = try await handler(request, context)
                await call.untilWritable()
                call.finish(with: response)
            }
        }
    }

    /// Answers a method whose server streams.
    public mutating func serverStreaming<Request, Response>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                Request, ResponseWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        add(method) { payload, context, call throws(RPCError) in
            let request = try Request(wire: payload)
            try call.run(for: request) { call in
                try await handler(request, ResponseWriter(call: call), context)
                call.finishStream()
            }
        }
    }

    /// Answers a method whose client streams.
    public mutating func clientStreaming<Request, Response>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                RequestStream<Request>, ServerContext
            ) async throws -> Response
    ) {
        add(method) { payload, context, call throws(RPCError) in
            let requests = try call.openInbound(of: Request.self, first: payload)
            try call.run(for: requests) { call in
                let response = try await handler(requests, context)
                await call.untilWritable()
                call.finish(with: response)
            }
        }
    }

    /// Answers a method in which both sides stream.
    public mutating func bidirectional<Request, Response>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                RequestStream<Request>, ResponseWriter<Response>, ServerContext
            ) async throws -> Void
    ) {
        add(method) { payload, context, call throws(RPCError) in
            let requests = try call.openInbound(of: Request.self, first: payload)
            try call.run(for: requests) { call in
                try await handler(requests, ResponseWriter(call: call), context)
                call.finishStream()
            }
        }
    }

    /// Says that the calls of a method have no end of their own, as those of a watch: a drain ends
    /// them at once, with `UNAVAILABLE` and `RetryInfo`, where it waits for all others.
    ///
    /// Register the method first.
    public mutating func endOnDrain(_ method: MethodName) {
        precondition(methods[method.path] != nil, "register \(method.path) first")
        methods[method.path]?.endsOnDrain = true
    }

    /// Says how long a call of the method may take, when that is not what holds for all of its
    /// kind. It ends with `DEADLINE_EXCEEDED`, whatever its handler or its caller does.
    ///
    /// Register the method first.
    public mutating func limitTime(of method: MethodName, to timeMax: Duration) {
        precondition(methods[method.path] != nil, "register \(method.path) first")
        methods[method.path]?.nanosecondsMax = ServerCore.nanoseconds(timeMax)
    }

    /// Answers a unary method on the loop, at once, where it can.
    ///
    /// The handler runs synchronously: it must not block and should take microseconds. When it
    /// returns nil, the handler registered with `unary` for the same method takes over; register
    /// that one first.
    // Inlinable, so that the closure is compiled for its messages where they are known: through
    // the generic one their values are moved by tables, which cost a twentieth of a whole call.
    @inlinable
    public mutating func fast<Request, Response>(
        _ method: MethodDescriptor<Request, Response>,
        _ handler:
            @escaping @Sendable (
                Request, borrowing ServerContext
            ) throws(RPCError) -> Response?
    ) {
        let name = MethodName(service: method.service, method: method.method)
        answerAtOnce(name) { payload, context, reserve throws(RPCError) in
            let request = try Request(wire: payload)
            guard let response = try handler(request, context) else { return false }
            try response.encode(reserve: reserve)
            return true
        }
    }

    @usableFromInline
    mutating func answerAtOnce(_ name: MethodName, _ fast: @escaping FastAnswer) {
        precondition(methods[name.path] != nil, "register the async handler of \(name.path) first")
        methods[name.path]?.fast = fast
    }

    private mutating func add<Request, Response>(
        _ method: MethodDescriptor<Request, Response>, start: @escaping ServerMethod.Start
    ) {
        let name = MethodName(service: method.service, method: method.method)
        var index = methodNames.count
        if let old = methods[name.path] { index = old.index } else { methodNames.append(name) }
        methods[name.path] = ServerMethod(
            service: method.service, name: method.method, index: index, kind: method.kind,
            start: start)
    }
}

/// Answers at once, or says that it cannot.
@usableFromInline
typealias FastAnswer =
    @Sendable (
        UnsafeRawBufferPointer, borrowing ServerContext, (Int) -> UnsafeMutableRawPointer
    ) throws(RPCError) -> Bool

/// One method as the connection dispatches it; the types of its messages are gone by here.
struct ServerMethod: Sendable {
    /// Decodes the request and starts the handler's task.
    typealias Start =
        @Sendable (
            UnsafeRawBufferPointer, ServerContext, ServerCall
        ) throws(RPCError) -> Void
    let service: String
    let name: String
    /// Where it stands in the router's `methodNames`.
    let index: Int
    let kind: MethodKind
    let start: Start
    var fast: FastAnswer?
    /// Whether a drain ends the method's calls instead of waiting for them.
    var endsOnDrain = false
    /// How long a call may take; nil for what holds for all of its kind.
    var nanosecondsMax: UInt64?
}
