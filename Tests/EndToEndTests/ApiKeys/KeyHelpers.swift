internal import TTRPC
internal import TenancyAPI

extension Services {
    /// Makes a key of a tenant.
    func createKey(
        of code: String, _ permissions: [String] = ["read", "write"], rateLimit: UInt64 = 0,
        allowedIps: [String] = []
    ) async throws(RPCError) -> CreateApiKeyResponse {
        try await apiKeys.createApiKey(
            .init(
                tenantCode: code, keyName: "Production API", permissions: permissions,
                rateLimit: rateLimit, allowedIps: allowedIps))
    }

    func verify(
        _ key: String, permission: String = "", from address: String = "", cost: UInt64 = 0
    ) async throws(RPCError) -> VerifyApiKeyResponse {
        try await apiKeys.verifyApiKey(
            .init(
                apiKey: key, permission: permission, sourceAddress: address, cost: cost))
    }

    func revoke(_ id: Int64, of code: String) async throws(RPCError) {
        _ = try await apiKeys.revokeApiKey(.init(tenantCode: code, keyId: id))
    }
}

extension CallOptions {
    /// A call that shows an API key.
    static func bearing(_ key: String) -> CallOptions {
        CallOptions(metadata: Metadata([("authorization", "Bearer \(key)")]))
    }
}

extension Deployment {
    /// Lets a key's time be over.
    func expire(_ key: Int64) async throws {
        _ = try await query(
            """
            UPDATE tenant_api_keys SET created_at = now() - interval '2 hours',
                expires_at = now() - interval '1 hour'
            WHERE key_id = \(key)
            """)
    }
}
