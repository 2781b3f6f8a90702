internal import TTRPC
internal import TenancyAPI

/// Every method of ApiKeyService about a tenant.
enum KeyCalls {
    static let all: [TenantCall] = [listApiKeys] + changes
    static let changes: [TenantCall] = [createApiKey, rotateApiKey, revokeApiKey]

    static let listApiKeys = TenantCall.read("ListApiKeys") { _, _ in
        { terms in
            let answer = try await terms.services.apiKeys.listApiKeys(
                .init(tenantCode: terms.code), options: terms.options)
            return "\(answer)"
        }
    }

    static let createApiKey = TenantCall.change("CreateApiKey") { _, _ in
        { terms in
            let answer = try await terms.services.apiKeys.createApiKey(
                .init(
                    tenantCode: terms.code, keyName: terms.isOther ? "b" : "a",
                    permissions: ["read"], idempotencyKey: terms.key,
                    validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let rotateApiKey = TenantCall.change("RotateApiKey") { services, code in
        let key = try await services.createKey(of: code).keyId
        return { terms in
            let answer = try await terms.services.apiKeys.rotateApiKey(
                .init(
                    tenantCode: terms.code, keyId: key, overlapSeconds: terms.isOther ? 7 : 60,
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }

    static let revokeApiKey = TenantCall.change("RevokeApiKey") { services, code in
        let key = try await services.createKey(of: code).keyId
        return { terms in
            let answer = try await terms.services.apiKeys.revokeApiKey(
                .init(
                    tenantCode: terms.code, keyId: terms.isOther ? key + 1 : key,
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }
}
