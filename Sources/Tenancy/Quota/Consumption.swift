/// An amount to take from one tenant.
package struct Consumption: Sendable, Hashable {
    package let tenant: TenantID
    /// From whose share it is taken too.
    package let user: UserID?
    package let resource: Resource
    package let amount: QuotaAmount
    package let idempotency: IdempotencyBinding?
    /// Decide as if taking, and take nothing.
    package let validateOnly: Bool
    package let context: AuditContext
    /// What it is taken with, which must work still when it is taken.
    package let key: CallingKey?

    package init(
        tenant: TenantID, user: UserID? = nil, resource: Resource, amount: QuotaAmount,
        idempotency: IdempotencyBinding? = nil, validateOnly: Bool = false, context: AuditContext,
        key: CallingKey? = nil
    ) {
        self.tenant = tenant
        self.user = user
        self.resource = resource
        self.amount = amount
        self.idempotency = idempotency
        self.validateOnly = validateOnly
        self.context = context
        self.key = key
    }
}
