internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A secret that is shown once", .timeLimit(.minutes(5)))
struct KeptSecretTests {
    @Test("is shown again to a retry, and kept for it encrypted")
    func sealed() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("kept")
            let creation = CreateApiKeyRequest(
                tenantCode: code, keyName: "k", permissions: ["read"], idempotencyKey: "key")
            let made = try await services.apiKeys.createApiKey(creation)
            #expect(try await services.apiKeys.createApiKey(creation) == made)
            #expect(try await services.verify(made.apiKey).valid)
            let invitation = InviteUserRequest(
                tenantCode: code, email: "a@example.com", role: .user, idempotencyKey: "invite")
            let invited = try await services.users.inviteUser(invitation)
            #expect(try await services.users.inviteUser(invitation) == invited)
            #expect(
                try await deployment.number(
                    """
                    SELECT count(*) FROM idempotency_keys k
                    JOIN tenants t ON t.id = k.tenant_id
                    WHERE t.tenant_code = '\(code)' AND k.response IS NOT NULL
                        AND position(convert_to('vym_', 'UTF8') IN k.response) = 0
                        AND position(convert_to('vyi_', 'UTF8') IN k.response) = 0
                    """) == 2)
        }
    }

    @Test("is not kept for a retry where nothing can be encrypted")
    func noMasterKey() async throws {
        let deployment = try await Deployment(settings: ["TENANCY_ENCRYPTION_KEY_FILE": ""])
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("plain")
            for key in ["", "key"] {
                let calls: [() async throws -> Void] = [
                    {
                        _ = try await services.apiKeys.createApiKey(
                            .init(
                                tenantCode: code, keyName: "k", permissions: ["read"],
                                idempotencyKey: key))
                    },
                    {
                        _ = try await services.users.inviteUser(
                            .init(
                                tenantCode: code, email: "a@example.com", role: .user,
                                idempotencyKey: key))
                    },
                ]
                for call in calls {
                    if key.isEmpty {
                        try await call()
                    } else {
                        let error = try await expectFailure(.failedPrecondition) {
                            try await call()
                        }
                        #expect(try error.errorInfo?.reason == "ENCRYPTION_NOT_CONFIGURED")
                    }
                }
            }
        }
        try await deployment.shutdown()
    }
}
