internal import OpenSSL
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.ApiKeyService` on the domain.
struct ApiKeyService: ApiKeyServiceHandler {
    let access: TenantAccess
    let store: TenancyStore
    let keys: KeyVerifier

    func listApiKeys(
        _ request: ListApiKeysRequest, context: ServerContext
    ) async throws -> ListApiKeysResponse {
        let caller = try await access.caller(context, .listApiKeys)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let list = APIKeyListRequest(
            pageSize: request.pageSize, pageToken: request.pageToken,
            status: APIKeyStatus.filter(request.status, violations: &violations),
            violations: &violations)
        let (named, checked) = try violations.checked(selector, list)
        let tenant = try await access.tenant(named, caller, .listApiKeys)
        let page = try await store.listAPIKeys(of: tenant.id, checked)
        return ListApiKeysResponse(
            success: true, apiKeys: page.keys.map { ApiKey($0) },
            nextPageToken: page.nextPageToken)
    }

    func createApiKey(
        _ request: CreateApiKeyRequest, context: ServerContext
    ) async throws -> CreateApiKeyResponse {
        let isMeant = !request.validateOnly
        return try await access.change(
            .createApiKey, request, context, lock: .update, answerIsSecret: true
        ) { request, violations in
            NewAPIKey(
                name: request.keyName, permissions: request.permissions,
                rateLimit: request.rateLimit, addresses: request.allowedIps,
                expiresAt: request.expiresAt.map {
                    Timestamp(microseconds: $0.microsecondsSince1970)
                }, violations: &violations)
        } _: { change, tenant, new in
            try tenant.powers.checkGrant(permissions: new.scopes.permissions)
            let credential = try Credential.fresh(.apiKey, of: tenant.id)
            let key = try await change.createAPIKey(
                new, prefix: credential.prefix, hash: credential.hash().bytes)
            return CreateApiKeyResponse(
                success: true, apiKey: isMeant ? credential.text : "", keyPrefix: key.prefix,
                message: "API key created successfully. Save this key securely - it will not "
                    + "be shown again.",
                keyId: key.id, key: ApiKey(key))
        }
    }

    func revokeApiKey(
        _ request: RevokeApiKeyRequest, context: ServerContext
    ) async throws -> RevokeApiKeyResponse {
        try await access.change(.revokeApiKey, request, context) { request, violations in
            violations.require(request.keyId > 0, "key_id", "must be positive")
            return request.keyId
        } _: { change, _, id in
            RevokeApiKeyResponse(
                success: true, key: ApiKey(try await change.revokeAPIKey(id)))
        }
    }

    func verifyApiKey(
        _ request: VerifyApiKeyRequest, context: ServerContext
    ) async throws -> VerifyApiKeyResponse {
        _ = try await access.platform(context, .verifyApiKey)
        var violations = FieldViolations()
        violations.require(
            1...KeyCheck.textBytesMax ~= request.apiKey.utf8.count, "api_key",
            "must be 1 to \(KeyCheck.textBytesMax) bytes")
        let check = KeyCheck(
            permission: request.permission, address: request.sourceAddress, cost: request.cost,
            violations: &violations)
        try violations.check()
        return VerifyApiKeyResponse(try await keys.verify(request.apiKey, check))
    }
}

extension CreateApiKeyRequest: ChangeRequest {}
extension RevokeApiKeyRequest: ChangeRequest {}
