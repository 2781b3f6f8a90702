internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("tenancyctl and health", .timeLimit(.minutes(5)))
struct ControlProgramTests {
    @Test("says that the service serves", arguments: Way.allCases)
    func health(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: way) { services in
            #expect(try await services.health.check(.init()).status == .serving)
            try await expectFailure(.notFound) {
                try await services.health.check(.init(service: "no.such.Service"))
            }
        }
        let probe = try await deployment.control(way, ["probe"])
        #expect(probe.status == 0, "\(probe.errors)")
        let call = try await deployment.control(way, ["call", "grpc.health.v1.Health/Check", "{}"])
        #expect(call.status == 0, "\(call.errors)")
        #expect(call.output.contains("SERVING"))
    }

    @Test("tells a service that is not there by its exit status")
    func probeNothing() async throws {
        let probe = try await Command(
            path: BuildProducts.path("tenancyctl"),
            arguments: ["--socket", "/nonexistent/tenancyd.sock", "probe"]
        ).run()
        #expect(probe.status == 2, "\(probe.errors)")
        #expect(!probe.errors.isEmpty)
    }

    @Test("lists and describes the services")
    func listAndDescribe() async throws {
        let deployment = try await Deployment.shared()
        let list = try await deployment.control(.unix, ["list"])
        #expect(list.status == 0, "\(list.errors)")
        for service in [
            TenantServiceMethods.serviceName, QuotaServiceMethods.serviceName,
            Grpc_Health_V1_HealthMethods.serviceName,
        ] {
            #expect(list.output.contains(service))
            let describe = try await deployment.control(.unix, ["describe", service])
            #expect(describe.status == 0, "\(describe.errors)")
            #expect(describe.output.contains("service \(service)"))
        }
    }

    @Test("ends with a status that tells a script what went wrong", arguments: Way.allCases)
    func exitStatus(over way: Way) async throws {
        let deployment = try await Deployment.shared()
        let service = "bfc.tenancy.v1.TenantService"
        let cases: [([String], Int32, String)] = [
            (["call", "\(service)/GetTenant", #"{"tenantCode":"no-such"}"#], 21, "NOT_FOUND"),
            (["call", "\(service)/GetTenant", "{}"], 19, "INVALID_ARGUMENT"),
            (["call", "\(service)/GetTenant", "{"], 65, ""),
            (["call", "\(service)/GetTenant", #"{"noSuchField":1}"#], 65, "noSuchField"),
            (["call", "\(service)/NoSuchMethod", "{}"], 64, "NoSuchMethod"),
        ]
        for (arguments, status, words) in cases {
            let outcome = try await deployment.control(way, arguments)
            #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
            #expect(words.isEmpty || outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test("creates, lists and checks by short commands")
    func shortCommands() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("listed")
        }
        let list = try await deployment.control(.unix, ["tenant", "list"])
        #expect(list.status == 0, "\(list.errors)")
        #expect(list.output.contains(code))
        let check = try await deployment.control(.unix, ["quota", "check", code])
        #expect(check.status == 0, "\(check.errors)")
    }
}
