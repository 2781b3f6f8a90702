internal import Tenancy
internal import Testing

@Suite struct ConsumeRequestTests {
    @Test("Every violation is reported at once")
    func all() {
        let fields = TenantDraftTests.fields {
            try ConsumeRequest(
                tenantCode: "", tenantID: 0, resource: nil, amount: 0, durability: nil,
                userID: "a b", idempotencyKey: "a b", requestHash: [1], validateOnly: false)
        }
        #expect(fields == ["tenant_code", "resource", "amount", "user_id", "idempotency_key"])
    }

    @Test("Amounts beyond any counter are refused", arguments: [UInt64.max, UInt64.max / 2 + 1])
    func beyond(_ amount: UInt64) {
        #expect(
            TenantDraftTests.fields {
                try ConsumeRequest(
                    tenantCode: "abc", tenantID: 0, resource: .users, amount: amount,
                    durability: .leased, userID: "", idempotencyKey: "", requestHash: [],
                    validateOnly: false)
            } == ["amount"])
        #expect(
            TenantDraftTests.fields {
                try CheckQuotaRequest(
                    tenantCode: "abc", tenantID: 0, resource: .users, amount: amount,
                    durability: .leased, userID: "")
            } == ["amount"])
    }

    @Test("The greatest amount of a counter is an amount, and an empty key is none")
    func greatest() throws {
        let request = try ConsumeRequest(
            tenantCode: "abc", tenantID: 0, resource: .users, amount: UInt64(Int64.max),
            durability: .committed, userID: "", idempotencyKey: "", requestHash: [],
            validateOnly: false)
        #expect(
            request.amount.units == .max && request.idempotency == nil && request.user == nil)
    }
}
