/// The terms of one change: whose it is, how it is safe to retry, and whether it is meant.
package struct ChangeTerms: Sendable {
    /// What else must not happen to the tenant's row meanwhile.
    package enum TenantLock: String, Sendable {
        /// Its status may not change: a change is never admitted by a tenant that is just being
        /// suspended.
        case share
        /// The change is one of the tenant itself.
        case update
    }

    package let operation: Operation
    package let tenant: TenantID
    package let lock: TenantLock
    package let idempotency: IdempotencyBinding?
    /// Do everything, and then nothing of it.
    package let validateOnly: Bool
    package let context: AuditContext
    /// How the answer is kept when it holds a secret; nil when it holds none.
    package let answerSeal: AnswerSeal?

    package init(
        operation: Operation, tenant: TenantID, lock: TenantLock = .share,
        idempotency: IdempotencyBinding?, validateOnly: Bool, context: AuditContext,
        answerSeal: AnswerSeal? = nil
    ) {
        self.operation = operation
        self.tenant = tenant
        self.lock = lock
        self.idempotency = idempotency
        self.validateOnly = validateOnly
        self.context = context
        self.answerSeal = answerSeal
    }
}
