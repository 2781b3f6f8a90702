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
            The server tells which methods it has. A service may be named by its last part: \
            QuotaService/GetQuotas. A method that takes a stream reads one JSON value from each \
            line, and half-closes at the end of the input; a method that answers with a stream \
            prints one JSON value on each line.

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
    @OptionGroup(title: "Schema options")
    var schema: SchemaOptions
    @OptionGroup(title: "Output options")
    var output: OutputOptions

    func run() async throws {
        if isStandardInput, TextFile.standardInputIsTerminal {
            TextFile.report("reading the request from standard input; Ctrl-D ends it\n")
        }
        try await ServerSession.with(connection, output.output, schema: schema.source) { session in
            let method = try session.index.method(self.method)
            switch method.kind {
            case .unary: try await unary(method, session)
            case .serverStreaming: try await serverStreaming(method, session.linewise)
            case .clientStreaming: try await clientStreaming(method, session)
            case .bidirectionalStreaming: try await bidirectional(method, session.linewise)
            }
        }
    }

    private var isStandardInput: Bool { request ?? "-" == "-" }

    private func requestText() throws -> String {
        guard let request, !isStandardInput else { return try TextFile.read("-") }
        return request
    }

    private func requestLines() -> AsyncStream<String> {
        isStandardInput ? InputLines.standardInput() : InputLines.of(request ?? "")
    }

    private func unary(_ method: SchemaIndex.Method, _ session: ServerSession) async throws {
        let request = try session.encode(json: try requestText(), for: method)
        session.print(try session.decode(try await session.unary(method, request), of: method))
    }

    private func serverStreaming(
        _ method: SchemaIndex.Method, _ session: ServerSession
    ) async throws {
        let request = try session.encode(json: try requestText(), for: method)
        let responses = try await session.caller.serverStreaming(
            method.descriptor, request, options: session.callOptions(method.kind))
        for try await response in responses {
            session.print(try session.decode(response, of: method))
        }
    }

    private func clientStreaming(
        _ method: SchemaIndex.Method, _ session: ServerSession
    ) async throws {
        let call = try await session.caller.clientStreaming(
            method.descriptor, options: session.callOptions(method.kind))
        for await line in requestLines() {
            try await call.write(try session.encode(json: line, for: method))
        }
        session.print(try session.decode(try await call.finish(), of: method))
    }

    private func bidirectional(
        _ method: SchemaIndex.Method, _ session: ServerSession
    ) async throws {
        let lines = requestLines()
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
