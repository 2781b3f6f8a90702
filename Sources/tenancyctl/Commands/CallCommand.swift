internal import ArgumentParser
internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine

/// Calls any method with JSON.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Call a method with a JSON request and print its JSON answer.",
        discussion: """
            A service may be named by its last part: QuotaService/GetQuotas. A method that takes a \
            stream reads one JSON value from each line, and half-closes at the end of the input; a \
            method that answers with a stream prints one JSON value on each line.

            tenancyctl call QuotaService/GetQuotas '{"tenantCode": "axis-securities"}'
            """)

    @Argument(help: ArgumentHelp("The method.", valueName: "service/method"))
    var method: String

    @Argument(
        help: ArgumentHelp(
            "The request; - or nothing reads it from standard input.", valueName: "json"))
    var request: String?

    @OptionGroup(title: "Connection options")
    var connection: ConnectionOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        // Names and JSON are checked before a connection is made: a typing error needs no server.
        let method = try SchemaIndex(schema: try ServiceSchema.load()).method(self.method)
        if request ?? "-" == "-", TextFile.standardInputIsTerminal {
            TextFile.report("reading the request from standard input; Ctrl-D ends it\n")
        }
        switch method.kind {
        case .unary: try await unary(method)
        case .serverStreaming: try await serverStreaming(method)
        case .clientStreaming: try await clientStreaming(method)
        case .bidirectionalStreaming: try await bidirectional(method)
        }
    }

    private var isStandardInput: Bool { request ?? "-" == "-" }

    private func requestText() throws -> String {
        guard let request, !isStandardInput else { return try TextFile.read("-") }
        return request
    }

    private func unary(_ method: SchemaIndex.Method) async throws {
        let text = try requestText()
        try await ServerSession.with(connection, output.output) { session in
            let request = try session.encode(json: text, for: method)
            let response = try await session.unary(method, request)
            session.print(try session.decode(response, of: method))
        }
    }

    private func serverStreaming(_ method: SchemaIndex.Method) async throws {
        let text = try requestText()
        try await ServerSession.with(connection, .json) { session in
            let request = try session.encode(json: text, for: method)
            let responses = try await session.caller.serverStreaming(
                method.descriptor, request, options: session.callOptions(method.kind))
            for try await response in responses {
                session.print(try session.decode(response, of: method))
            }
        }
    }

    private func clientStreaming(_ method: SchemaIndex.Method) async throws {
        let lines = isStandardInput ? InputLines.standardInput() : InputLines.of(request ?? "")
        try await ServerSession.with(connection, .json) { session in
            let call = try await session.caller.clientStreaming(
                method.descriptor, options: session.callOptions(method.kind))
            for await line in lines {
                try await call.write(try session.encode(json: line, for: method))
            }
            session.print(try session.decode(try await call.finish(), of: method))
        }
    }

    private func bidirectional(_ method: SchemaIndex.Method) async throws {
        let lines = isStandardInput ? InputLines.standardInput() : InputLines.of(request ?? "")
        try await ServerSession.with(connection, .json) { session in
            let call = try await session.caller.bidirectional(
                method.descriptor, options: session.callOptions(method.kind))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await line in lines {
                        try await call.requests.write(try session.encode(json: line, for: method))
                    }
                    call.requests.finish()
                }
                for try await response in call.responses {
                    session.print(try session.decode(response, of: method))
                }
                // The server has ended the stream; what is still typed goes nowhere.
                group.cancelAll()
            }
        }
    }
}
