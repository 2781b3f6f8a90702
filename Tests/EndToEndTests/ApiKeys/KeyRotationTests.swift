internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A key that is rotated", .timeLimit(.minutes(5)))
struct KeyRotationTests {
    @Test("works beside its successor, and both have one hour")
    func overlap() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("rotated")
            let old = try await services.createKey(
                of: code, ["read"], rateLimit: 10, allowedIps: ["192.0.2.0/24"])
            #expect(old.key?.familyId == old.keyId && old.key?.supersededBy == 0)
            let rotated = try await services.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: old.keyId, overlapSeconds: 3_600))
            let new = try #require(rotated.key)
            #expect(rotated.apiKey.hasPrefix(new.keyPrefix) && rotated.keyId == new.keyId)
            #expect(new.familyId == old.keyId && new.keyId != old.keyId)
            #expect(new.keyName == old.key?.keyName && new.permissions == ["read"])
            #expect(new.rateLimit == 10 && new.allowedIps == ["192.0.2.0/24"])
            #expect(rotated.supersededKey?.supersededBy == new.keyId)
            #expect(rotated.supersededKey?.status == .active)
            // Ten calls in all, whichever of the two is shown.
            for (place, key) in [old.apiKey, rotated.apiKey].cycled(10).enumerated() {
                let answer = try await services.verify(key, from: "192.0.2.1")
                #expect(answer.valid && answer.rateRemaining == UInt64(9 - place))
            }
            for key in [old.apiKey, rotated.apiKey] {
                #expect(
                    try await services.verify(key, from: "192.0.2.1").refusal == .rateLimited)
                #expect(try await services.verify(key).refusal == .addressNotAllowed)
            }
            // The successor of the successor is of the same family.
            let third = try await services.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: new.keyId, overlapSeconds: 60))
            #expect(third.key?.familyId == old.keyId)
            #expect(
                try await services.verify(third.apiKey, from: "192.0.2.1").refusal
                    == .rateLimited)
            let log = try await deployment.activity(of: code, columns: "action, entity_id")
            #expect(
                log == [
                    "api_key_created|\(old.keyId)", "api_key_created|\(new.keyId)",
                    "api_key_rotated|\(old.keyId)", "api_key_created|\(third.keyId)",
                    "api_key_rotated|\(new.keyId)",
                ])
        }
    }

    @Test("is superseded when the overlap is over, and says so")
    func superseded() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("superseded")
            let old = try await services.createKey(of: code)
            let new = try await services.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: old.keyId))
            #expect(new.supersededKey?.status == .superseded)
            let answer = try await services.verify(old.apiKey)
            #expect(answer.refusal == .superseded && answer.supersededBy == new.keyId)
            #expect(answer.principal == "api_key:\(old.keyId)")
            #expect(try await services.verify(new.apiKey).valid)
            let listed = try await services.apiKeys.listApiKeys(
                .init(tenantCode: code, status: .superseded))
            #expect(listed.apiKeys.map(\.keyId) == [old.keyId])
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                let refusal = try await expectFailure(.unauthenticated) {
                    try await program.check(of: code, options: .bearing(old.apiKey))
                }
                let exchange = try await expectFailure(.unauthenticated) {
                    try await program.tokens.exchangeApiKey(.init(apiKey: old.apiKey))
                }
                for error in [refusal, exchange] {
                    #expect(error.message.contains("superseded"))
                    #expect(try error.errorInfo?.reason == "API_KEY_SUPERSEDED")
                    let successor = try error.errorInfo?.metadata["superseded_by"]
                    #expect(successor == String(new.keyId))
                }
                _ = try await program.check(of: code, options: .bearing(new.apiKey))
            }
            for id in [old.keyId] {
                let error = try await expectFailure(.failedPrecondition) {
                    try await services.apiKeys.rotateApiKey(.init(tenantCode: code, keyId: id))
                }
                #expect(try error.errorInfo?.reason == "API_KEY_NOT_ACTIVE")
                #expect(try error.errorInfo?.metadata["status"] == "superseded")
            }
        }
    }

    @Test("by rules")
    func rules() async throws {
        let deployment = try await Deployment.shared()
        let (code, key) = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("rotation-rules")
            try await services.addUser(
                "keeper", .viewer, permissions: ["manage_api_keys"], to: code)
            let key = try await services.createKey(of: code, ["write"]).keyId
            let error = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.rotateApiKey(
                    .init(
                        tenantCode: code, overlapSeconds: 2_592_001,
                        expiresAt: .init(seconds: -1)))
            }
            #expect(
                try error.violatedFields == ["key_id", "overlap_seconds", "expires_at"])
            let past = try await expectFailure(.invalidArgument) {
                try await services.apiKeys.rotateApiKey(
                    .init(tenantCode: code, keyId: key, expiresAt: .init(seconds: 1)))
            }
            #expect(try past.violatedFields == ["expires_at"])
            try await expectFailure(.notFound) {
                try await services.apiKeys.rotateApiKey(.init(tenantCode: code, keyId: .max))
            }
            let revoked = try await services.createKey(of: code).keyId
            try await services.revoke(revoked, of: code)
            try await expectFailure(.failedPrecondition) {
                try await services.apiKeys.rotateApiKey(.init(tenantCode: code, keyId: revoked))
            }
            return (code, key)
        }
        try await deployment.withTrustedService("rotation-rules") { service in
            // Who may keep keys, and may not do what this one may.
            try await expectFailure(.permissionDenied) {
                try await service.apiKeys.rotateApiKey(
                    .init(tenantCode: code, keyId: key), options: .acting(for: "keeper"))
            }
            _ = try await service.apiKeys.rotateApiKey(
                .init(tenantCode: code, keyId: key, overlapSeconds: 1),
                options: .acting(for: "the-admin"))
        }
    }

    @Test("ends the watches that were begun with it")
    func watches() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("rotated-watch")
            let key = try await services.createKey(of: code, ["view_activity"])
            try await deployment.withServices(over: deployment.anonymousTLS) { program in
                let call = try await program.activity.watchActivity(
                    options: .bearing(key.apiKey))
                try await call.requests.write(.init(tenantCode: code))
                var responses = call.responses.makeAsyncIterator()
                #expect(try await responses.next()?.type == .heartbeat)
                _ = try await services.apiKeys.rotateApiKey(
                    .init(tenantCode: code, keyId: key.keyId))
                let end = try await expectFailure(.unauthenticated) {
                    while try await responses.next() != nil {}
                }
                #expect(try end.errorInfo?.reason == "API_KEY_SUPERSEDED")
            }
        }
    }
}

extension Array {
    /// Its elements again and again, so many in all.
    fileprivate func cycled(_ count: Int) -> [Element] {
        (0..<count).map { self[$0 % self.count] }
    }
}
