internal import Postgres
internal import Tenancy

extension Row {
    /// A row of `tenant_api_keys`, with `present_status` beside it.
    func apiKey() throws(DomainError) -> APIKey {
        let id: Int64 = try value("key_id")
        return APIKey(
            id: id, familyID: try optional("family_id") ?? id, name: try value("key_name"),
            prefix: try value("key_prefix"),
            scopes: KeyScopes(
                stored: try value("permissions", as: PostgresArray<String>.self).elements),
            rateLimit: try value("rate_limit"),
            addresses: try value("allowed_ips", as: PostgresArray<String>.self).elements
                .map { text throws(DomainError) in
                    // A range that cannot be read must not become one that allows everything.
                    guard let range = AddressRange(text) else { throw TenancyStore.emptyAnswer }
                    return range
                },
            status: try named("present_status"), expiresAt: try optionalTimestamp("expires_at"),
            successor: try successor(),
            lastUsedAt: try optionalTimestamp("last_used_at"), createdBy: try value("created_by"),
            createdAt: try timestamp("created_at"),
            revokedAt: try optionalTimestamp("revoked_at"))
    }

    /// A row of `tenant_api_keys`, with the code and the status of its tenant.
    func knownKey(of tenant: TenantID) throws(DomainError) -> KnownKey {
        guard let code = TenantCode(try value("tenant_code")) else {
            throw TenancyStore.emptyAnswer
        }
        return KnownKey(
            key: try apiKey(), tenant: tenant, tenantCode: code,
            tenantStatus: try named("tenant_status"))
    }

    private func successor() throws(DomainError) -> APIKey.Successor? {
        guard let id = try optional("superseded_by", as: Int64.self) else { return nil }
        return APIKey.Successor(id: id, takesOverAt: try timestamp("superseded_at"))
    }
}
