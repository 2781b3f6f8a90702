internal import Reactor
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine
internal import Testing

@testable internal import tenancy_bench

@Suite("What counts")
struct TallyTests {
    /// Open from 1,000 to 2,000 ns.
    private let window = MeasuredWindow(
        from: MonotonicInstant(nanoseconds: 0), warmUp: .nanoseconds(1000),
        length: .nanoseconds(1000))

    private func tally(_ calls: [(outcome: Outcome, begin: UInt64, end: UInt64)]) -> Tally {
        var tally = Tally()
        for call in calls {
            tally.record(
                call.outcome, from: MonotonicInstant(nanoseconds: call.begin),
                to: MonotonicInstant(nanoseconds: call.end), in: window)
        }
        return tally
    }

    @Test("Calls of the warm-up do not count")
    func warmUp() {
        let tally = tally([(.succeeded, 0, 999), (.denied, 10, 20)])
        #expect(tally.completed == 0)
        #expect(tally.denied == 0)
        #expect(tally.latencies.count == 0)
    }

    @Test("The slow call across the end counts for latency, not for calls per second")
    func acrossTheEnd() {
        let tally = tally([(.succeeded, 900, 1100), (.succeeded, 1100, 9000)])
        #expect(tally.completed == 1)
        #expect(tally.latencies.count == 1)
        #expect(tally.latencies.max == 7900)
    }

    @Test("A failure counts whenever it happens, and is no call")
    func failures() {
        let tally = tally([
            (.failed(.unavailable), 0, 10), (.failed(.unavailable), 1000, 1010),
            (.failed(.internal), 2500, 2600), (.denied, 1100, 1200),
        ])
        #expect(tally.failures == [.unavailable: 2, .internal: 1])
        #expect(tally.completed == 1)
        #expect(tally.denied == 1)
    }

    @Test("RESOURCE_EXHAUSTED is an answer only of Consume and only when the quota says it")
    func exhausted() {
        let quota = AnyMessage(typeURL: "type.googleapis.com/google.rpc.QuotaFailure", value: [])
        let denied = RPCError(.resourceExhausted, "", details: [quota])
        let limited = RPCError(.resourceExhausted, "")
        #expect(Workload.outcome(of: denied, method: .consume) == .denied)
        #expect(Workload.outcome(of: limited, method: .consume) == .failed(.resourceExhausted))
        #expect(Workload.outcome(of: denied, method: .check) == .failed(.resourceExhausted))
        #expect(
            Workload.outcome(of: RPCError(.internal, ""), method: .consume) == .failed(.internal))
    }

    @Test("Every tenant is chosen, and a seed chooses the same ones again")
    func choice() {
        var first = TenantChoice(seed: 7, count: 10)
        var second = TenantChoice(seed: 7, count: 10)
        let chosen = (0..<1000).map { _ in first.next() }
        #expect(chosen == (0..<1000).map { _ in second.next() })
        #expect(Set(chosen) == Set(0..<10))
    }

    @Test(
        "Shapes are connections x calls in flight",
        arguments: [
            ("1x1", "1x1"), ("1x1,16x16,1000x1", "1x1,16x16,1000x1"), ("0x1", nil), ("1x0", nil),
            ("1", nil), ("1x1,", nil), ("", nil), ("20001x1", nil), ("1x1001", nil), ("1x1x1", nil),
        ] as [(String, String?)])
    func shapes(text: String, read: String?) {
        #expect(ShapeList(argument: text)?.defaultValueDescription == read)
    }

    @Test("Tenants are named as other load generators expect them")
    func codes() {
        #expect(TenantLoader.code(0) == "tenant-00000")
        #expect(TenantLoader.code(9999) == "tenant-09999")
        #expect(TenantLoader.request(42) == TenantLoader.request(42))
        #expect(TenantLoader.request(42).tenantCode == "tenant-00042")
    }
}
