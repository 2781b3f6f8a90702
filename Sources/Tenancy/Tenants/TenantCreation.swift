/// A tenant to register.
package struct TenantCreation: Sendable, Hashable {
    package let profile: TenantProfile
    package let idempotency: IdempotencyBinding?
    /// Check everything and change nothing.
    package let validateOnly: Bool

    package init(
        profile: TenantProfile, idempotency: IdempotencyBinding? = nil, validateOnly: Bool = false
    ) {
        self.profile = profile
        self.idempotency = idempotency
        self.validateOnly = validateOnly
    }

    /// - Parameter requestHash: the hash of the request without its idempotency key.
    /// - Throws: `invalidArgument` with every violation.
    package init(
        draft: TenantDraft, idempotencyKey: String, requestHash: [UInt8], validateOnly: Bool
    ) throws(DomainError) {
        var violations = FieldViolations()
        let profile = draft.validated(&violations)
        idempotency = IdempotencyBinding(
            key: idempotencyKey, requestHash: requestHash, violations: &violations)
        try violations.check()
        guard let profile else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        self.profile = profile
        self.validateOnly = validateOnly
    }
}
