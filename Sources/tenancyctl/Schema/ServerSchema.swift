internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// The schema that the server tells of itself, by `grpc.reflection.v1`.
enum ServerSchema {
    private typealias Question = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Answer = Grpc_Reflection_V1_ServerReflectionResponse

    /// - Throws: `RPCError` when the server does not tell, `CommandFailure` with `.badAnswer` when
    ///   what it tells is no schema.
    static func fetch(from caller: any RPCCaller, options: CallOptions) async throws -> Schema {
        let reflection = Grpc_Reflection_V1_ServerReflectionClient(caller)
        let conversation = Conversation(
            call: try await reflection.serverReflectionInfo(options: options))
        let schema = try await conversation.schema()
        conversation.call.requests.finish()
        return schema
    }

    /// One stream of questions and answers.
    private struct Conversation {
        let call: BidirectionalCall<Question, Answer>

        /// Files of every service, with what they import. Servers may leave out what was sent
        /// before, and may or may not send what a file imports.
        func schema() async throws -> Schema {
            var builder = SchemaBuilder()
            var answers = call.responses.makeAsyncIterator()
            for service in try await services(&answers) {
                try await add(.fileContainingSymbol(service), to: &builder, &answers)
            }
            var asked: Set<String> = []
            while let path = builder.missing.first(where: { asked.insert($0).inserted }) {
                try await add(.fileByFilename(path), to: &builder, &answers)
            }
            do throws(SchemaError) {
                return try builder.schema()
            } catch {
                throw CommandFailure(.badAnswer, "the server's schema: \(error)")
            }
        }

        private func services(
            _ answers: inout ResponseStream<Answer>.AsyncIterator
        ) async throws -> [String] {
            switch try await ask(.listServices(""), &answers) {
            case .listServicesResponse(let list): return list.service.map(\.name)
            default: throw Self.unexpected
            }
        }

        private func add(
            _ question: Question.MessageRequest, to builder: inout SchemaBuilder,
            _ answers: inout ResponseStream<Answer>.AsyncIterator
        ) async throws {
            switch try await ask(question, &answers) {
            case .fileDescriptorResponse(let files):
                do throws(SchemaError) {
                    for file in files.fileDescriptorProto { try builder.add(file) }
                } catch {
                    throw CommandFailure(.badAnswer, "the server's schema: \(error)")
                }
            case .errorResponse(let error):
                throw RPCError(.init(rawValue: error.errorCode), error.errorMessage)
            default: throw Self.unexpected
            }
        }

        private func ask(
            _ question: Question.MessageRequest,
            _ answers: inout ResponseStream<Answer>.AsyncIterator
        ) async throws -> Answer.MessageResponse {
            try await call.requests.write(Question(messageRequest: question))
            guard let answer = try await answers.next()?.messageResponse else {
                throw Self.unexpected
            }
            return answer
        }

        private static let unexpected = CommandFailure(
            .badAnswer, "the server's reflection answered something else than was asked")
    }
}
