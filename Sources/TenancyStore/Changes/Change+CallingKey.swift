internal import Postgres
package import Tenancy

extension Change {
    /// The last step of a change that is made with a key: makes certain that the key, and the token
    /// of it that was shown, works still. What would end them waits for the commit; so none that
    /// has ended changes anything once the call that ended it has returned.
    ///
    /// - Throws: `unauthenticated`.
    package func confirm(_ key: CallingKey) async throws(DomainError) {
        _ = try await query("SELECT \(sql: key.confirmation(in: tenant))")
    }
}

extension CallingKey {
    /// What fails unless the key works.
    func confirmation(in tenant: TenantID) -> SQL {
        """
        confirm_tenant_api_key(
            \(tenant.rawValue), \(id), \(optional: tokenGeneration), \(optional: signingKey))
        """
    }
}
