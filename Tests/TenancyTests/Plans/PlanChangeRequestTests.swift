internal import Tenancy
internal import Testing

@Suite struct PlanChangeRequestTests {
    private static func terms(
        users: UInt64 = 1, calls: UInt64 = 1, bytes: UInt64 = 1, transactions: UInt64 = 1,
        price: UInt64 = 0
    ) -> PlanChangeRequest.CustomTerms {
        PlanChangeRequest.CustomTerms(
            maxUsers: users, maxAPICalls: calls, maxStorageBytes: bytes,
            maxTransactions: transactions, monthlyPricePaise: price)
    }

    private func violated(
        _ plan: Plan?, _ terms: PlanChangeRequest.CustomTerms? = nil
    ) -> [String] {
        var violations = FieldViolations()
        let request = PlanChangeRequest(
            plan: plan, cycle: nil, policy: .refuse, customTerms: terms, violations: &violations)
        #expect((request == nil) == !violations.all.isEmpty)
        return violations.all.map(\.field)
    }

    @Test("A plan is named, and terms come with the plan custom and no other")
    func fields() {
        #expect(violated(nil) == ["plan"])
        #expect(violated(.starter).isEmpty)
        #expect(violated(.starter, Self.terms()) == ["custom_terms"])
        #expect(violated(.custom) == ["custom_terms"])
        #expect(violated(.custom, Self.terms()).isEmpty)
    }

    @Test("Every violation is told at once")
    func limits() {
        let price = UInt64(Money.monthlyPricePaiseMax)
        #expect(violated(.custom, Self.terms(price: price)).isEmpty)
        #expect(
            violated(.custom, Self.terms(price: price + 1)) == ["custom_terms.monthly_price_paise"])
        #expect(violated(.custom, Self.terms(price: .max)) == ["custom_terms.monthly_price_paise"])
        #expect(
            violated(
                .custom,
                Self.terms(users: 0, calls: .max, bytes: 0, transactions: 0, price: .max))
                == [
                    "custom_terms.max_users", "custom_terms.max_api_calls",
                    "custom_terms.max_storage_bytes", "custom_terms.max_transactions",
                    "custom_terms.monthly_price_paise",
                ])
    }

    @Test("A reason is text that a person may read")
    func reason() {
        let reasons: [(String, Bool)] = [
            ("", true), ("too dear", true), (String(repeating: "é", count: 500), true),
            (String(repeating: "é", count: 501), false), ("two\nlines", false),
        ]
        for (reason, isValid) in reasons {
            var violations = FieldViolations()
            let cancellation = Cancellation(
                immediately: false, reason: reason, violations: &violations)
            #expect((cancellation != nil) == isValid)
            #expect(violations.all.map(\.field) == (isValid ? [] : ["reason"]))
            #expect(cancellation?.reason == (isValid && !reason.isEmpty ? reason : nil))
        }
    }

    @Test("What has ended does not end again, and what is to end may end sooner")
    func cancellation() throws {
        var violations = FieldViolations()
        let later = try #require(
            Cancellation(immediately: false, reason: "", violations: &violations))
        let now = try #require(
            Cancellation(immediately: true, reason: "", violations: &violations))
        let ended = PlanExamples.subscription(status: .cancelled)
        let leaving = PlanExamples.subscription { $0.cancelsAt = $0.billingPeriod.end }
        #expect(throws: DomainError.self) { try later.check(ended) }
        #expect(throws: DomainError.self) { try now.check(ended) }
        #expect(throws: DomainError.self) { try later.check(leaving) }
        try now.check(leaving)
        try later.check(PlanExamples.subscription(.starter, status: .expired))
    }
}
