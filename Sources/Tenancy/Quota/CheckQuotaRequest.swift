/// The fields of a question about quota, checked together.
package struct CheckQuotaRequest: Sendable, Hashable {
    package let tenant: TenantSelector
    package let resource: Resource
    package let amount: UInt64
    package let durability: Durability
    /// Who is named as the one whose share it is of.
    package let user: UserID?

    /// - Parameter resource: nil when it was not given or is not known.
    /// - Parameter durability: nil when it is not known.
    /// - Parameter userID: empty when nobody is named.
    /// - Throws: `invalidArgument` with every violation.
    package init(
        tenantCode: String, tenantID: Int64, resource: Resource?, amount: UInt64,
        durability: Durability?, userID: String
    ) throws(DomainError) {
        var violations = FieldViolations()
        let tenant = TenantSelector(code: tenantCode, id: tenantID, violations: &violations)
        violations.require(resource != nil, "resource", ConsumeRequest.resourceRule)
        // The limit is the same as for taking: a question that could never be followed by a taking
        // is a mistake of the caller.
        violations.require(
            amount <= QuotaAmount.unitsMax, "amount", "must be at most 9223372036854775807")
        violations.require(
            resource == nil || durability != nil, "durability", ConsumeRequest.durabilityRule)
        user = UserID(orNone: userID, violations: &violations)
        try violations.check()
        guard let tenant, let resource, let durability else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        self.tenant = tenant
        self.resource = resource
        self.amount = amount
        self.durability = durability
    }
}
