internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine

/// One command's use of the server: JSON in, JSON out, failures reported and turned into an exit
/// status.
struct ServerSession {
    let caller: any RPCCaller
    let index: SchemaIndex
    let connection: Connection
    var format: OutputFormat

    /// Fields at their defaults are printed: `allowed: false` and `current: 0` are answers.
    var codec: MessageCodec {
        MessageCodec(schema: index.schema, options: .init(includeDefaults: true))
    }

    /// Runs `body` with a client that connects with the first call, and closes it.
    ///
    /// - Throws: `CommandFailure`; a failed call is reported before it is thrown.
    static func with<Value>(
        _ options: ConnectionOptions, _ format: OutputFormat, schema: SchemaSource = .builtIn,
        _ body: (ServerSession) async throws -> Value
    ) async throws -> Value {
        let connection = try options.resolve(environment: ProcessEnvironment.current)
        let client = try ServerConnector.client(for: connection.target)
        let result: Result<Value, any Error>
        do {
            let index = SchemaIndex(schema: try await load(schema, connection, client))
            result = .success(
                try await body(
                    ServerSession(
                        caller: client, index: index, connection: connection, format: format)))
        } catch {
            result = .failure(reported(error, format))
        }
        await client.close()
        return try result.get()
    }

    private static func load(
        _ source: SchemaSource, _ connection: Connection, _ client: any RPCCaller
    ) async throws -> Schema {
        guard source == .server else { return try ServiceSchema.load() }
        do {
            return try await ServerSchema.fetch(
                from: client, options: callOptions(connection, .unary))
        } catch var error as RPCError {
            // The hint stands where the failure is read; what failed stays as it was.
            if [.permissionDenied, .unauthenticated, .unimplemented].contains(error.code) {
                error.message +=
                    " (asked for its schema; --offline takes the one this command was built with)"
            }
            throw error
        }
    }

    // MARK: Calls

    /// Calls a unary method by its name, `QuotaService/GetQuotas`.
    func call(_ name: String, _ request: JSONValue) async throws -> JSONValue {
        let method = try index.method(name)
        return try decode(try await unary(method, try encode(request, for: method)), of: method)
    }

    func unary(_ method: SchemaIndex.Method, _ request: RawMessage) async throws -> RawMessage {
        try await caller.unary(method.descriptor, request, options: callOptions(method.kind))
    }

    func callOptions(_ kind: MethodKind) -> CallOptions {
        Self.callOptions(connection, kind)
    }

    private static func callOptions(_ connection: Connection, _ kind: MethodKind) -> CallOptions {
        var options = CallOptions.defaults
        options.metadata = connection.metadata
        options.timeout =
            connection.timeout
            ?? (kind == .unary ? ConnectionOptions.unaryTimeoutDefault : nil)
        return options
    }

    // MARK: Messages

    func encode(
        _ request: JSONValue, for method: SchemaIndex.Method
    ) throws(CommandFailure) -> RawMessage {
        do throws(JSONError) {
            return RawMessage(bytes: try codec.encode(request, as: method.method.input))
        } catch {
            throw CommandFailure(.badInput, "\(method.method.input): \(error)")
        }
    }

    func encode(
        json text: String, for method: SchemaIndex.Method
    ) throws(CommandFailure) -> RawMessage {
        do throws(JSONError) {
            return RawMessage(bytes: try codec.encode(json: text, as: method.method.input))
        } catch {
            throw CommandFailure(.badInput, "\(method.method.input): \(error)")
        }
    }

    func decode(
        _ response: RawMessage, of method: SchemaIndex.Method
    ) throws(CommandFailure) -> JSONValue {
        do throws(JSONError) {
            return try codec.decode(response.bytes, as: method.method.output)
        } catch {
            throw CommandFailure(.badAnswer, "\(method.method.output): \(error)")
        }
    }

    // MARK: Output

    /// Prints an answer: indented for people, on one line for scripts.
    func print(_ value: JSONValue) {
        TextFile.print(value.text(indented: format == .text) + "\n")
    }

    /// The same, each on a line of its own: an answer of a stream.
    var linewise: ServerSession {
        var session = self
        session.format = .json
        return session
    }

    /// The details of a failure are gRPC's own messages, which no service's schema has to hold.
    private static func reported(_ error: any Error, _ format: OutputFormat) -> any Error {
        guard let error = error as? RPCError else { return error }
        do {
            let codec = MessageCodec(
                schema: try ServiceSchema.load(), options: .init(includeDefaults: true))
            TextFile.report(FailureReport(error: error, codec: codec).text(format))
            return CommandFailure(CommandStatus(error.code))
        } catch {
            return error
        }
    }
}
