internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

@Suite("What a call about quotas breaks of the rules", .timeLimit(.minutes(2)))
struct QuotaFieldTests {
    private typealias Case = (
        fields: Set<String>, call: @Sendable (QuotaServiceClient) async throws -> Void
    )

    private static let tooMany = UInt64.max
    private static let tooLong = Google_Protobuf_Duration(seconds: 1_000_000)

    private static let cases: [Case] = [
        (
            ["tenant_code", "resource", "amount", "idempotency_key"],
            { _ = try await $0.consume(.init(idempotencyKey: " ")) }
        ),
        (
            ["tenant_id", "resource", "amount"],
            { _ = try await $0.checkQuota(.init(amount: tooMany, tenantId: -1)) }
        ),
        (["items"], { _ = try await $0.batchCheck(.init(tenantId: 1)) }),
        (
            ["items", "durability"],
            { _ = try await $0.batchConsume(.init(tenantId: 1, durability: .init(rawValue: 9))) }
        ),
        (
            ["items"],
            {
                _ = try await $0.batchConsume(
                    .init(
                        tenantId: 1,
                        items: Array(repeating: .init(resource: .apiCalls, amount: 1), count: 257)))
            }
        ),
        (
            ["items[1].resource", "items[1].amount"],
            {
                _ = try await $0.batchConsume(
                    .init(tenantId: 1, items: [.init(resource: .users, amount: 1), .init()]))
            }
        ),
        (
            ["resource", "amount", "excess_policy", "time_to_live"],
            {
                _ = try await $0.reserve(
                    .init(tenantId: 1, timeToLive: tooLong, excessPolicy: .init(rawValue: 9)))
            }
        ),
        (
            ["reservation_id", "actual_amount"],
            { _ = try await $0.commit(.init(tenantId: 1, actualAmount: tooMany)) }
        ),
        (["reservation_id"], { _ = try await $0.release(.init(tenantId: 1, reservationId: "x")) }),
        (
            ["resource", "amount", "reason"],
            {
                _ = try await $0.refund(
                    .init(resource: .users, tenantId: 1, reason: "two\nlines"))
            }
        ),
        (
            ["resource", "amount", "time_to_live"],
            { _ = try await $0.acquireLease(.init(tenantId: 1, timeToLive: tooLong)) }
        ),
        (
            ["lease_id", "sequence", "consumed", "wanted"],
            {
                _ = try await $0.renewLease(
                    .init(tenantId: 1, consumed: tooMany, wanted: tooMany))
            }
        ),
        (["lease_id", "sequence"], { _ = try await $0.returnLease(.init(tenantId: 1)) }),
        (
            [
                "policy.warn_percentages", "policy.overage_price_paise", "policy.overage_allowed",
                "policy.auto_scale_step", "policy.shadow_limit", "expected_version",
            ],
            {
                _ = try await $0.setQuotaPolicy(
                    .init(
                        tenantId: 1,
                        policy: .init(
                            resource: .apiCalls, warnPercentages: [0, 101],
                            shadowLimit: tooMany, overagePricePaise: -1, autoScaleStep: 5),
                        expectedVersion: -1))
            }
        ),
        (
            ["month"], { _ = try await $0.reconcileUsage(.init(tenantId: 1, month: "2026-13")) }
        ),
        (["policy.resource"], { _ = try await $0.setQuotaPolicy(.init(tenantId: 1)) }),
    ]

    @Test("is named, field by field")
    func fields() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            for (place, (fields, call)) in Self.cases.enumerated() {
                let error = try await expectFailure(.invalidArgument) {
                    try await call(services.quotas)
                }
                #expect(try Set(error.violatedFields) == fields, "case \(place)")
            }
        }
    }

    @Test("A lease that is returned once more with the same sequence is answered alike")
    func returnedTwice() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("twice")
            let lease = try #require(
                try await services.quotas.acquireLease(
                    .init(tenantCode: code, resource: .apiCalls, amount: 100)
                ).lease)
            let request = ReturnLeaseRequest(
                tenantCode: code, leaseId: lease.leaseId, sequence: 1, consumed: 40)
            let first = try await services.quotas.returnLease(request)
            #expect(first.consumed == 40 && first.returned == 60)
            #expect(try await services.quotas.returnLease(request) == first)
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.apiCalls?.current == 40 && quotas?.apiCalls?.reserved == 0)
        }
    }
}
