internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Reflection", .timeLimit(.minutes(5)))
struct ReflectionTests {
    private typealias Question = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Answer = Grpc_Reflection_V1_ServerReflectionResponse

    /// Asks one question after the other on one stream.
    private func ask(
        _ questions: [Question.MessageRequest], over tls: ClientTLS, of deployment: Deployment
    ) async throws -> [Answer.MessageResponse?] {
        let client = try TTRPCClient(
            address: .tcp(host: "localhost", port: deployment.tlsPort), tls: tls)
        let result: Result<[Answer.MessageResponse?], any Error>
        do {
            let call = try await Grpc_Reflection_V1_ServerReflectionClient(client)
                .serverReflectionInfo()
            for question in questions {
                try await call.requests.write(Question(messageRequest: question))
            }
            call.requests.finish()
            var answers: [Answer.MessageResponse?] = []
            for try await answer in call.responses { answers.append(answer.messageResponse) }
            result = .success(answers)
        } catch {
            result = .failure(error)
        }
        await client.close()
        return try result.get()
    }

    @Test("names the services that answer, and gives their files once")
    func questions() async throws {
        let deployment = try await Deployment.shared()
        let answers = try await ask(
            [
                .listServices("*"), .fileContainingSymbol("bfc.tenancy.v1.QuotaService"),
                .fileByFilename("bfc/tenancy/v1/quota.proto"),
                .fileContainingSymbol("no.such.Symbol"), .fileByFilename("no/such.proto"),
                .allExtensionNumbersOfType("bfc.tenancy.v1.Tenant"),
                .fileContainingExtension(
                    .init(containingType: "bfc.tenancy.v1.Tenant", extensionNumber: 1)),
            ], over: deployment.administratorTLS, of: deployment)
        try #require(answers.count == 7)
        guard case .listServicesResponse(let list) = answers[0] else {
            Issue.record("\(String(describing: answers[0]))")
            return
        }
        let names = list.service.map(\.name)
        #expect(names.contains(QuotaServiceMethods.serviceName))
        #expect(names.contains(Grpc_Reflection_V1_ServerReflectionMethods.serviceName))
        guard case .fileDescriptorResponse(let first) = answers[1],
            case .fileDescriptorResponse(let second) = answers[2]
        else {
            Issue.record("no files")
            return
        }
        #expect(first.fileDescriptorProto.count > 1)
        #expect(second.fileDescriptorProto.isEmpty)
        for answer in [answers[3], answers[4], answers[6]] {
            guard case .errorResponse(let error) = answer else {
                Issue.record("\(String(describing: answer))")
                continue
            }
            #expect(error.errorCode == RPCError.Code.notFound.rawValue)
        }
        #expect(
            answers[5]
                == .allExtensionNumbersResponse(.init(baseTypeName: "bfc.tenancy.v1.Tenant")))
    }

    @Test("answers a service, and nobody without an identity")
    func authority() async throws {
        let deployment = try await Deployment.shared()
        let service = try await deployment.clientTLS(
            name: "reflecting", spiffeID: "spiffe://bfc-vyomo/service/reflecting")
        #expect(try await ask([.listServices("")], over: service, of: deployment).count == 1)
        try await expectFailure(.unauthenticated) {
            try await ask([.listServices("")], over: deployment.anonymousTLS, of: deployment)
        }
    }

    @Test("is what tenancyctl knows the server by; without it there is --offline")
    func controlProgram() async throws {
        let deployment = try await Deployment.shared()
        let anonymous = [
            "--tls", "localhost:\(deployment.tlsPort)", "--ca",
            deployment.certificateFile("ca.pem"),
        ]
        for command in [["list"], ["describe", "QuotaService"]] {
            let known = try await deployment.control(.tls, command)
            #expect(known.status == 0, "\(known.errors)")
            #expect(known.output.contains("QuotaService"))
            let refused = try await Command(
                path: BuildProducts.path("tenancyctl"), arguments: anonymous + command
            ).run()
            #expect(refused.status == 32, "\(refused.errors)")
            #expect(refused.errors.contains("--offline"))
            let offline = try await Command(
                path: BuildProducts.path("tenancyctl"),
                arguments: ["--socket", "/nonexistent"] + command + ["--offline"]
            ).run()
            #expect(offline.status == 0, "\(offline.errors)")
            #expect(offline.output.contains("QuotaService"))
        }
        // A probe has to work for everybody.
        let probe = try await Command(
            path: BuildProducts.path("tenancyctl"), arguments: anonymous + ["probe"]
        ).run()
        #expect(probe.status == 0, "\(probe.errors)")
    }

    @Test("lets tenancyctl make streaming calls, a line of JSON for each message")
    func streams() async throws {
        let deployment = try await Deployment.shared()
        let outcome = try await deployment.control(
            .unix,
            [
                "call", "ServerReflection/ServerReflectionInfo",
                "{\"listServices\":\"\"}\n{\"fileByFilename\":\"no\"}",
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].contains("bfc.tenancy.v1.QuotaService"))
        #expect(lines[1].contains("errorResponse"))
    }
}
