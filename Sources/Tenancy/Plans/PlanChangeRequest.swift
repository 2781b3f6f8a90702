/// What a caller wants a subscription to become; its fields were checked together.
package struct PlanChangeRequest: Sendable, Hashable {
    package let plan: Plan
    /// Nil for the present one.
    package let cycle: BillingCycle?
    package let policy: DowngradePolicy
    /// Limits and price of the plan custom; nil exactly with the others.
    package let customTerms: PlanDefinition.Offer?

    /// Custom terms as they come.
    package struct CustomTerms: Sendable {
        package let maxUsers: UInt64
        package let maxAPICalls: UInt64
        package let maxStorageBytes: UInt64
        package let maxTransactions: UInt64
        package let monthlyPricePaise: UInt64

        package init(
            maxUsers: UInt64, maxAPICalls: UInt64, maxStorageBytes: UInt64,
            maxTransactions: UInt64, monthlyPricePaise: UInt64
        ) {
            self.maxUsers = maxUsers
            self.maxAPICalls = maxAPICalls
            self.maxStorageBytes = maxStorageBytes
            self.maxTransactions = maxTransactions
            self.monthlyPricePaise = monthlyPricePaise
        }
    }

    package static let planRule = "must be starter, professional, enterprise or custom"
    package static let cycleRule = "must be monthly or yearly"
    package static let policyRule = "must be refuse or schedule"

    /// Nil only with a violation.
    ///
    /// - Parameter plan: nil when it was not given or is not known.
    package init?(
        plan: Plan?, cycle: BillingCycle?, policy: DowngradePolicy, customTerms: CustomTerms?,
        violations: inout FieldViolations
    ) {
        violations.require(plan != nil, "plan", Self.planRule)
        if let plan, plan == .custom {
            violations.require(
                customTerms != nil, "custom_terms", "must be given with the plan custom")
        } else if plan != nil {
            violations.require(
                customTerms == nil, "custom_terms", "must be given with the plan custom only")
        }
        let offer = customTerms.flatMap { Self.offer($0, &violations) }
        guard let plan, (plan == .custom) == (customTerms != nil),
            (offer == nil) == (customTerms == nil)
        else { return nil }
        self.plan = plan
        self.cycle = cycle
        self.policy = policy
        self.customTerms = offer
    }

    private static func offer(
        _ terms: CustomTerms, _ violations: inout FieldViolations
    ) -> PlanDefinition.Offer? {
        let limits = [
            ("max_users", terms.maxUsers), ("max_api_calls", terms.maxAPICalls),
            ("max_storage_bytes", terms.maxStorageBytes),
            ("max_transactions", terms.maxTransactions),
        ]
        var units: [Int64] = []
        for (field, value) in limits {
            guard let value = QuotaAmount(value) else {
                violations.add("custom_terms.\(field)", QuotaAmount.rule)
                continue
            }
            units.append(value.units)
        }
        guard let price = Int64(exactly: terms.monthlyPricePaise),
            price <= Money.monthlyPricePaiseMax
        else {
            violations.add(
                "custom_terms.monthly_price_paise",
                "must be at most \(Money.monthlyPricePaiseMax)")
            return nil
        }
        guard units.count == limits.count else { return nil }
        return PlanDefinition.Offer(
            limits: ResourceUnits(
                users: units[0], apiCalls: units[1], storageBytes: units[2],
                transactions: units[3]),
            monthlyPrice: Money(paise: price))
    }
}
