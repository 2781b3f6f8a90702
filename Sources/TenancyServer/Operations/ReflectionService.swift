internal import ProtobufSchema
internal import TTRPC
internal import Tenancy
internal import TenancyAPI

/// `grpc.reflection.v1.ServerReflection`: which services there are and how their messages are
/// built, for platform administrators and services.
struct ReflectionService: Grpc_Reflection_V1_ServerReflectionHandler {
    private typealias Question = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Answer = Grpc_Reflection_V1_ServerReflectionResponse

    private let services: [String]
    private let descriptors: FileDescriptors

    /// - Parameter services: The full names of the services that the server answers.
    init(services: [String], descriptors: FileDescriptors) {
        self.services = services
        self.descriptors = descriptors
    }

    /// Answers for everything that `router` answers, itself among it; so it comes last.
    ///
    /// - Throws: `SchemaError` when the descriptors of this build are damaged.
    static func register(on router: inout Router) throws {
        let names = router.paths.compactMap { $0.split(separator: "/").first.map(String.init) }
        let all = Set(names).union([Grpc_Reflection_V1_ServerReflectionMethods.serviceName])
        ReflectionService(
            services: all.sorted(),
            descriptors: try FileDescriptors(fileDescriptorSet: TenancySchema.fileDescriptorSet)
        ).register(on: &router)
    }

    func serverReflectionInfo(
        _ requests: RequestStream<Grpc_Reflection_V1_ServerReflectionRequest>,
        responses: ResponseWriter<Grpc_Reflection_V1_ServerReflectionResponse>,
        context: ServerContext
    ) async throws {
        if case .deny(let denial) = Authority.decide(
            context.caller.principal, .reflect, .platform, at: WallClock.now())
        {
            throw denial.error
        }
        var sent: Set<String> = []
        for try await request in requests {
            try await responses.write(
                Answer(
                    validHost: request.host, originalRequest: request,
                    messageResponse: answer(to: request, sent: &sent)))
        }
    }

    private func answer(to request: Question, sent: inout Set<String>) -> Answer.MessageResponse {
        switch request.messageRequest {
        case .fileByFilename(let path):
            return files(descriptors.file(at: path), named: path, sent: &sent)
        case .fileContainingSymbol(let symbol):
            return files(descriptors.file(declaring: symbol), named: symbol, sent: &sent)
        case .fileContainingExtension(let extended):
            return Self.failure(
                .notFound, "\(extended.containingType) has no extension here")
        case .allExtensionNumbersOfType(let name):
            guard descriptors.file(declaring: name) != nil else {
                return Self.failure(.notFound, "there is no \(name)")
            }
            return .allExtensionNumbersResponse(.init(baseTypeName: name))
        case .listServices:
            return .listServicesResponse(.init(service: services.map { .init(name: $0) }))
        case nil:
            return Self.failure(.invalidArgument, "message_request: must be set")
        }
    }

    private func files(
        _ files: [FileDescriptors.File]?, named name: String, sent: inout Set<String>
    ) -> Answer.MessageResponse {
        guard let files else { return Self.failure(.notFound, "there is no \(name)") }
        let new = files.filter { sent.insert($0.path).inserted }
        return .fileDescriptorResponse(.init(fileDescriptorProto: new.map(\.bytes)))
    }

    private static func failure(
        _ code: RPCError.Code, _ message: String
    ) -> Answer.MessageResponse {
        .errorResponse(.init(errorCode: code.rawValue, errorMessage: message))
    }
}
