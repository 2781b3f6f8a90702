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
    let leaks: LeakAlert

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
            try tenant.powers.checkKey(
                permissions: new.scopes.permissions, until: new.expiresAt,
                addresses: new.addresses, rateLimit: new.rateLimit)
            let credential = try Credential.fresh(.apiKey, of: tenant.id)
            let key = try await change.createAPIKey(
                new, as: keys.stored(credential))
            return CreateApiKeyResponse(
                success: true, apiKey: isMeant ? credential.text : "", keyPrefix: key.prefix,
                message: "API key created successfully. Save this key securely - it will not "
                    + "be shown again.",
                keyId: key.id, key: ApiKey(key))
        }
    }

    func rotateApiKey(
        _ request: RotateApiKeyRequest, context: ServerContext
    ) async throws -> RotateApiKeyResponse {
        let isMeant = !request.validateOnly
        let answer = try await access.change(
            .rotateApiKey, request, context, lock: .update, answerIsSecret: true
        ) { request, violations in
            KeyRotation(
                keyID: request.keyId, overlapSeconds: request.overlapSeconds,
                expiresAt: request.expiresAt.map {
                    Timestamp(microseconds: $0.microsecondsSince1970)
                }, violations: &violations)
        } _: { change, tenant, rotation in
            let key = try await change.apiKey(rotation.keyID)
            try tenant.powers.checkKey(
                permissions: key.scopes.permissions,
                until: rotation.expiresAt ?? key.expiresAt, addresses: key.addresses,
                rateLimit: key.rateLimit)
            let credential = try Credential.fresh(.apiKey, of: tenant.id)
            let (old, new) = try await change.rotate(
                key, rotation, as: keys.stored(credential))
            return RotateApiKeyResponse(
                success: true, apiKey: isMeant ? credential.text : "", keyId: new.id,
                key: ApiKey(new), supersededKey: ApiKey(old))
        }
        if isMeant, request.overlapSeconds == 0 { try await store.waitUntilSeenEverywhere() }
        return answer
    }

    func revokeApiKey(
        _ request: RevokeApiKeyRequest, context: ServerContext
    ) async throws -> RevokeApiKeyResponse {
        let answer = try await access.change(.revokeApiKey, request, context) {
            request, violations in
            violations.require(request.keyId > 0, "key_id", "must be positive")
            return request.keyId
        } _: { change, _, id in
            RevokeApiKeyResponse(
                success: true, key: ApiKey(try await change.revokeAPIKey(id)))
        }
        // Also for a key that was revoked before: that may have been a moment ago.
        if !request.validateOnly { try await store.waitUntilSeenEverywhere() }
        return answer
    }

    func verifyApiKey(
        _ request: VerifyApiKeyRequest, context: ServerContext
    ) async throws -> VerifyApiKeyResponse {
        let caller = try await access.platform(context, .verifyApiKey)
        var violations = FieldViolations()
        let check = KeyCheck(request, violations: &violations)
        try violations.check()
        let attempt = AuthenticationFailures.Attempt(
            request.apiKey, passedOnBy: caller.principal.auditName, from: request.sourceAddress)
        try access.failures.check(attempt)
        let verdict = try await keys.verify(request.apiKey, check)
        access.failures.note(attempt, .apiKey, isKnown: verdict.known != nil)
        return VerifyApiKeyResponse(verdict)
    }

    // MARK: - Answered at once

    /// Registers the call that memory can answer without leaving the loop.
    func registerAtOnce(on router: inout Router) {
        router.fast(ApiKeyServiceMethods.verifyApiKey) { request, context in
            verifyAtOnce(request, context)
        }
    }

    /// Nil for whatever is not plainly let through: the other way finds out why.
    private func verifyAtOnce(
        _ request: VerifyApiKeyRequest, _ context: borrowing ServerContext
    ) -> VerifyApiKeyResponse? {
        guard access.isPlatformAtOnce(context, .verifyApiKey),
            let check = KeyCheck(atOnce: request), access.failures.isKnownGood(request.apiKey)
        else { return nil }
        return keys.verifyAtOnce(request.apiKey, check).map { VerifyApiKeyResponse($0) }
    }

    func batchVerify(
        _ request: BatchVerifyRequest, context: ServerContext
    ) async throws -> BatchVerifyResponse {
        let caller = try await access.platform(context, .batchVerify)
        var violations = FieldViolations()
        violations.require(
            1...KeyCheck.batchMax ~= request.requests.count, "requests",
            "must be 1 to \(KeyCheck.batchMax)")
        var checks: [KeyCheck] = []
        for (index, single) in request.requests.prefix(KeyCheck.batchMax).enumerated() {
            var own = FieldViolations()
            checks.append(KeyCheck(single, violations: &own))
            for violation in own.all {
                violations.add("requests[\(index)].\(violation.field)", violation.rule)
            }
        }
        try violations.check()
        let attempts = request.requests.map {
            AuthenticationFailures.Attempt(
                $0.apiKey, passedOnBy: caller.principal.auditName, from: $0.sourceAddress)
        }
        // Whoever has guessed too often is refused alone: the others' keys are as good as before.
        let waits = attempts.map { access.failures.secondsToWait($0) }
        let places = waits.indices.filter { waits[$0] == nil }
        let verdicts = try await keys.verify(
            places.map { (request.requests[$0].apiKey, checks[$0]) })
        var results = waits.map {
            VerifyApiKeyResponse(refusal: .tooManyFailures, retryAfterSeconds: $0 ?? 0)
        }
        for (place, verdict) in zip(places, verdicts) {
            access.failures.note(attempts[place], .apiKey, isKnown: verdict.known != nil)
            results[place] = VerifyApiKeyResponse(verdict)
        }
        return BatchVerifyResponse(results: results)
    }
}

extension KeyCheck {
    /// The same where every rule is kept; nil where one is broken.
    fileprivate init?(atOnce request: VerifyApiKeyRequest) {
        var violations = FieldViolations()
        self.init(request, violations: &violations)
        guard violations.all.isEmpty else { return nil }
    }

    fileprivate init(_ request: VerifyApiKeyRequest, violations: inout FieldViolations) {
        violations.require(
            1...Self.textBytesMax ~= request.apiKey.utf8.count, "api_key",
            "must be 1 to \(Self.textBytesMax) bytes")
        self.init(
            permission: request.permission, address: request.sourceAddress, cost: request.cost,
            violations: &violations)
    }
}

extension CreateApiKeyRequest: ChangeRequest {}
extension RotateApiKeyRequest: ChangeRequest {}
extension RevokeApiKeyRequest: ChangeRequest {}
