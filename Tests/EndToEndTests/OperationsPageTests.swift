internal import Foundation
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The operations page", .timeLimit(.minutes(5)))
struct OperationsPageTests {
    @Test("shows calls under OpenTelemetry's names, and promtool has nothing to say against it")
    func metrics() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            _ = try await services.health.check(.init())
            try await expectFailure(.notFound) {
                try await services.tenants.getTenant(.init(tenantCode: "no-such-tenant"))
            }
        }
        let page = try await HTTPGet("/metrics", port: deployment.operationsPort)
        #expect(page.status == 200)
        #expect(page.head.contains("Content-Type: text/plain; version=0.0.4"))
        let count = "rpc_server_call_duration_seconds_count"
        #expect(
            page.body.contains(
                #"\#(count){rpc_method="grpc.health.v1.Health/Check","#
                    + #"rpc_response_status_code="OK",rpc_system_name="ttrpc"} "#))
        #expect(
            page.body.contains(
                #"\#(count){error_type="NOT_FOUND","#
                    + #"rpc_method="bfc.tenancy.v1.TenantService/GetTenant","#))
        #expect(page.body.contains("\ntenancy_server_ready 1\n"))
        #expect(page.body.contains("\nprocess_resident_memory_bytes "))

        let file = try TemporaryFile()
        FileHandle(fileDescriptor: file.descriptor).write(Data(page.body.utf8))
        lseek(file.descriptor, 0, SEEK_SET)
        let check = try await Command(
            path: Self.promtool, arguments: ["check", "metrics"], input: file
        ).run()
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        #expect(check.output.isEmpty)
    }

    @Test("says that the server lives and is ready, and is the same to HEAD without a body")
    func health() async throws {
        let deployment = try await Deployment.shared()
        for path in ["/healthz", "/readyz", "/"] {
            let page = try await HTTPGet(path, port: deployment.operationsPort)
            #expect(page.status == 200, "\(path)")
            let head = try await HTTPGet(
                path, port: deployment.operationsPort,
                request: "HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.head == page.head)
        }
        #expect(try await HTTPGet("/none", port: deployment.operationsPort).status == 404)
        let post = try await HTTPGet(
            "/", port: deployment.operationsPort,
            request: "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        #expect(post.status == 405)
        let long = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 9000)
        let refused = try await HTTPGet("/", port: deployment.operationsPort, request: long)
        #expect(refused.status == 431)
    }

    @Test("says that the server is alive but not ready while the database is away")
    func lostDatabase() async throws {
        let deployment = try await Deployment()
        try await deployment.stopPostgres(mode: "fast")
        while try await HTTPGet("/readyz", port: deployment.operationsPort).status == 200 {}
        #expect(try await HTTPGet("/healthz", port: deployment.operationsPort).status == 200)
        try await deployment.startPostgres()
        while try await HTTPGet("/readyz", port: deployment.operationsPort).status != 200 {}
        try await deployment.shutdown()
    }

    private static var promtool: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".scripts/promtool.sh").path
    }
}
