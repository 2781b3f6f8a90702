internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine

/// One command's use of the server: JSON in, JSON out, failures reported and turned into an exit
/// status.
struct ServerSession {
    let caller: any RPCCaller
    let index: SchemaIndex
    let connection: Connection
    let format: OutputFormat

    /// Fields at their defaults are printed: `allowed: false` and `current: 0` are answers.
    var codec: MessageCodec {
        MessageCodec(schema: index.schema, options: .init(includeDefaults: true))
    }

    /// Runs `body` with a client that connects with the first call, and closes it.
    ///
    /// - Throws: `CommandFailure`; a failed call is reported before it is thrown.
    static func with<Value>(
        _ options: ConnectionOptions, _ format: OutputFormat,
        _ body: (ServerSession) async throws -> Value
    ) async throws -> Value {
        let connection = try options.resolve(environment: ProcessEnvironment.current)
        let index = SchemaIndex(schema: try ServiceSchema.load())
        let client = try ServerConnector.client(for: connection.target)
        let session = ServerSession(
            caller: client, index: index, connection: connection, format: format)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(session))
        } catch {
            result = .failure(session.reported(error))
        }
        await client.close()
        return try result.get()
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

    private func reported(_ error: any Error) -> any Error {
        guard let error = error as? RPCError else { return error }
        TextFile.report(FailureReport(error: error, codec: codec).text(format))
        return CommandFailure(CommandStatus(error.code))
    }
}
