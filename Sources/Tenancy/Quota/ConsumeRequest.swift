/// The fields of a request to take, checked together.
package struct ConsumeRequest: Sendable, Hashable {
    package let tenant: TenantSelector
    package let resource: Resource
    package let amount: QuotaAmount
    package let durability: Durability
    /// Who is named as the one for whom it is taken.
    package let user: UserID?
    package let idempotency: IdempotencyBinding?
    package let validateOnly: Bool

    /// Whether it is the database's alone to answer: an answer is kept, or what was done is undone.
    package var isOneTransaction: Bool { idempotency != nil || validateOnly }

    /// - Parameter resource: nil when it was not given or is not known.
    /// - Parameter durability: nil when it is not known.
    /// - Parameter userID: empty when nobody is named.
    /// - Parameter requestHash: the hash of the request without its idempotency key.
    /// - Throws: `invalidArgument` with every violation.
    package init(
        tenantCode: String, tenantID: Int64, resource: Resource?, amount: UInt64,
        durability: Durability?, userID: String, idempotencyKey: String, requestHash: [UInt8],
        validateOnly: Bool
    ) throws(DomainError) {
        var violations = FieldViolations()
        let tenant = TenantSelector(code: tenantCode, id: tenantID, violations: &violations)
        violations.require(resource != nil, "resource", Self.resourceRule)
        violations.require(
            resource == nil || durability != nil, "durability", Self.durabilityRule)
        let amount = QuotaAmount(amount)
        violations.require(amount != nil, "amount", QuotaAmount.rule)
        user = UserID(orNone: userID, violations: &violations)
        idempotency = IdempotencyBinding(
            key: idempotencyKey, requestHash: requestHash, violations: &violations)
        try violations.check()
        guard let tenant, let resource, let amount, let durability else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        self.tenant = tenant
        self.resource = resource
        self.amount = amount
        self.durability = durability
        self.validateOnly = validateOnly
    }

    package static let durabilityRule = "must be leased or committed"
    package static let resourceRule = "must be users, api_calls, storage or transactions"

    /// - Parameter user: From whose share it is taken too.
    package func consumption(
        of tenant: TenantID, user: UserID?, context: AuditContext, key: CallingKey? = nil
    ) -> Consumption {
        Consumption(
            tenant: tenant, user: user, resource: resource, amount: amount,
            idempotency: idempotency, validateOnly: validateOnly, context: context, key: key)
    }
}
