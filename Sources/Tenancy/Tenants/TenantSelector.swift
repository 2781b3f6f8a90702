/// How a request names a tenant: by exactly one of its two names.
package enum TenantSelector: Sendable, Hashable {
    case code(TenantCode)
    case id(TenantID)

    /// Reads the two fields of a request, of which "" and 0 mean not given. A name that no tenant
    /// can have is a broken rule rather than an absent tenant, and costs no query.
    package init?(code: String, id: Int64, violations: inout FieldViolations) {
        switch (code.isEmpty, id == 0) {
        case (true, true):
            violations.add("tenant_code", "or tenant_id must be given")
            return nil
        case (false, false):
            violations.add("tenant_code", "and tenant_id must not both be given")
            return nil
        case (false, true):
            guard let code = TenantCode(code) else {
                violations.add("tenant_code", TenantCode.rule)
                return nil
            }
            self = .code(code)
        case (true, false):
            guard let id = TenantID(id) else {
                violations.add("tenant_id", "must be positive")
                return nil
            }
            self = .id(id)
        }
    }

    /// - Throws: `invalidArgument`.
    package init(code: String, id: Int64) throws(DomainError) {
        var violations = FieldViolations()
        let selector = TenantSelector(code: code, id: id, violations: &violations)
        try violations.check()
        guard let selector else { throw .tenantNotFound }
        self = selector
    }
}
