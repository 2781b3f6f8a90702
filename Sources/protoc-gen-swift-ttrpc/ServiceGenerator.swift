internal import ProtobufSchema

/// A service becomes a protocol for those who serve it, descriptors of its methods, and a struct
/// for those who call it.
struct ServiceGenerator {
    let service: ServiceType
    let names: Names

    private var name: String { names.service(service) }

    func write(to out: inout CodeWriter) {
        writeMethods(to: &out)
        out.line()
        writeHandler(to: &out)
        out.line()
        writeRegistration(to: &out)
        out.line()
        writeClient(to: &out)
    }

    private func writeMethods(to out: inout CodeWriter) {
        out.line("/// The methods of `\(service.fullName)`.")
        out.block("public enum \(name)Methods") { out in
            out.line("/// The full name of the service.")
            out.line("public static let serviceName = \"\(service.fullName)\"")
            for method in service.methods {
                out.line()
                out.line("/// `\(method.name)`.")
                out.line(
                    "public static let \(Names.function(method)) = "
                        + "MethodDescriptor<\(request(method)), \(response(method))>(")
                let kind = Self.kind(method)
                out.line("    service: serviceName, method: \"\(method.name)\", kind: .\(kind),")
                out.line("    isIdempotent: \(method.idempotency != .unknown))")
            }
        }
    }

    // MARK: Serving

    private func writeHandler(to out: inout CodeWriter) {
        out.documentation(service.comment, or: "Serves `\(service.fullName)`.")
        out.block("public protocol \(name)Handler: Sendable") { out in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { out.line() }
                out.documentation(method.comment, or: "`\(method.name)`.")
                out.line("func \(Names.function(method))(")
                let input =
                    method.clientStreams
                    ? "_ requests: RequestStream<\(request(method))>"
                    : "_ request: \(request(method))"
                let responses =
                    method.serverStreams ? " responses: ResponseWriter<\(response(method))>," : ""
                let result = method.serverStreams ? "" : " -> \(response(method))"
                out.line("    \(input),\(responses) context: ServerContext")
                out.line(") async throws\(result)")
            }
        }
    }

    private func writeRegistration(to out: inout CodeWriter) {
        out.block("extension \(name)Handler") { out in
            out.line("/// Serves every method of the service from this handler.")
            out.block("public func register(on router: inout Router)") { out in
                for method in service.methods { writeRegistration(method, to: &out) }
            }
        }
    }

    private func writeRegistration(_ method: MethodType, to out: inout CodeWriter) {
        let descriptor = "\(name)Methods.\(Names.function(method))"
        let function = "self.\(Names.function(method))"
        switch (method.clientStreams, method.serverStreams) {
        case (false, false):
            out.block("router.unary(\(descriptor))", parameters: "request, context") {
                $0.line("try await \(function)(request, context: context)")
            }
        case (false, true):
            out.block(
                "router.serverStreaming(\(descriptor))", parameters: "request, responses, context"
            ) {
                $0.line("try await \(function)(request, responses: responses, context: context)")
            }
        case (true, false):
            out.block("router.clientStreaming(\(descriptor))", parameters: "requests, context") {
                $0.line("try await \(function)(requests, context: context)")
            }
        case (true, true):
            out.block(
                "router.bidirectional(\(descriptor))", parameters: "requests, responses, context"
            ) {
                $0.line("try await \(function)(requests, responses: responses, context: context)")
            }
        }
    }

    // MARK: Calling

    private func writeClient(to out: inout CodeWriter) {
        out.documentation(service.comment, or: "Calls `\(service.fullName)`.")
        out.block("public struct \(name)Client: Sendable") { out in
            out.line("private let caller: any RPCCaller")
            out.line()
            out.line("/// Calls through `caller`.")
            out.block("public init(_ caller: any RPCCaller)") { $0.line("self.caller = caller") }
            for method in service.methods {
                out.line()
                out.documentation(method.comment, or: "`\(method.name)`.")
                writeCall(method, to: &out)
            }
        }
    }

    private func writeCall(_ method: MethodType, to out: inout CodeWriter) {
        let (input, output) = (request(method), response(method))
        let result: String
        let call: String
        switch (method.clientStreams, method.serverStreams) {
        case (false, false): (result, call) = (output, "unary")
        case (false, true): (result, call) = ("ResponseStream<\(output)>", "serverStreaming")
        case (true, false):
            (result, call) = ("ClientStreamingCall<\(input), \(output)>", "clientStreaming")
        case (true, true):
            (result, call) = ("BidirectionalCall<\(input), \(output)>", "bidirectional")
        }
        let parameter = method.clientStreams ? "" : "_ request: \(input), "
        let argument = method.clientStreams ? "" : "request, "
        out.line("public func \(Names.function(method))(")
        out.line("    \(parameter)options: CallOptions = .defaults")
        out.block(") async throws(RPCError) -> \(result)") { out in
            out.line("try await caller.\(call)(")
            out.line("    \(name)Methods.\(Names.function(method)), \(argument)options: options)")
        }
    }

    private func request(_ method: MethodType) -> String { names.type(method.input) }
    private func response(_ method: MethodType) -> String { names.type(method.output) }

    /// The case of the runtime's `MethodKind`.
    static func kind(_ method: MethodType) -> String {
        switch (method.clientStreams, method.serverStreams) {
        case (false, false): "unary"
        case (false, true): "serverStreaming"
        case (true, false): "clientStreaming"
        case (true, true): "bidirectionalStreaming"
        }
    }
}

extension CodeWriter {
    /// A call with a trailing closure.
    fileprivate mutating func block(
        _ call: String, parameters: String, _ body: (inout CodeWriter) -> Void
    ) {
        var inner = CodeWriter()
        body(&inner)
        line("\(call) { \(parameters) in")
        line("    " + inner.text.split(separator: "\n").joined(separator: "\n    "))
        line("}")
    }
}
