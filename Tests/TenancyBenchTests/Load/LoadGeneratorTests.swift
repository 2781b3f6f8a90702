internal import Foundation
internal import Reactor
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine
internal import Testing

@testable internal import tenancy_bench

/// Decides at once: three of four units are admitted, so that the generator meets both answers.
private final class CountingQuota: Sendable {
    let checks = Atomic<UInt64>(0)
    let consumed = Atomic<UInt64>(0)
    let denied = Atomic<UInt64>(0)

    /// Serves the two methods that are measured.
    func register(on router: inout Router) {
        router.unary(QuotaServiceMethods.checkQuota) { request, context in
            try await self.checkQuota(request, context: context)
        }
        router.unary(QuotaServiceMethods.consume) { request, context in
            try await self.consume(request, context: context)
        }
    }

    func checkQuota(
        _ request: CheckQuotaRequest, context: ServerContext
    ) async throws -> CheckQuotaResponse {
        checks.add(1, ordering: .relaxed)
        var response = CheckQuotaResponse()
        response.allowed = true
        return response
    }

    func consume(
        _ request: ConsumeRequest, context: ServerContext
    ) async throws -> ConsumeResponse {
        guard consumed.add(1, ordering: .relaxed).newValue.isMultiple(of: 4) else {
            return ConsumeResponse()
        }
        denied.add(1, ordering: .relaxed)
        let detail = try AnyMessage(packing: Google_Rpc_QuotaFailure())
        throw RPCError(.resourceExhausted, "none left", details: [detail])
    }
}

@Suite("Load generator against a server that answers at once", .timeLimit(.minutes(10)))
struct LoadGeneratorTests {
    private func measure(
        _ method: MeasuredMethod, _ shape: String, loops: Int, _ quota: CountingQuota
    ) async throws -> Tally {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("bench-\(UInt32.random(in: 0...(.max))).sock").path
        var router = Router()
        quota.register(on: &router)
        let server = try TTRPCServer(
            router: router, configuration: .init(listeners: [.init(.unix(path: path))]))
        _ = try await server.start()
        let groups = try (0..<loops).map { try EventLoopGroup(count: 1, name: "bench-\($0)") }
        let generator = LoadGenerator(
            target: ServerTarget(address: .unix(path: path), tls: nil), groups: groups,
            warmUp: .zero, length: .milliseconds(100))
        let workload = Workload(
            method: method, resource: .storage, codes: ["a", "b"], options: .defaults)
        let tally = try await generator.measure(workload, try #require(Shape(shape))).0
        for group in groups { group.shutdown() }
        await server.drain()
        return tally
    }

    @Test("Every call is measured once", arguments: [("1x1", 1), ("5x3", 2)])
    func checks(shape: String, loops: Int) async throws {
        let quota = CountingQuota()
        let tally = try await measure(.check, shape, loops: loops, quota)
        let connections = UInt64(try #require(Shape(shape)).connections)
        #expect(tally.failures.isEmpty)
        #expect(tally.latencies.count == quota.checks.load(ordering: .relaxed) - connections)
        #expect(tally.completed <= tally.latencies.count)
    }

    @Test("What the quota denies is an answer, and is counted as such")
    func consumes() async throws {
        let quota = CountingQuota()
        let tally = try await measure(.consume, "2x2", loops: 1, quota)
        #expect(tally.failures.isEmpty)
        #expect(tally.latencies.count == quota.consumed.load(ordering: .relaxed))
        #expect(tally.denied <= quota.denied.load(ordering: .relaxed))
        #expect(quota.checks.load(ordering: .relaxed) == 2)
    }
}
