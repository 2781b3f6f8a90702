internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A key that ends while three servers use it", .serialized, .timeLimit(.minutes(5)))
struct KeysEverywhereTests {
    /// A tenant of the test's own with a key that it never uses up.
    private static func make(
        _ services: Services, expiresAt: Google_Protobuf_Timestamp? = nil
    ) async throws -> (code: String, key: CreateApiKeyResponse) {
        let code = try await services.createTenant("everywhere")
        let key = try await services.apiKeys.createApiKey(
            .init(
                tenantCode: code, keyName: "k", permissions: ["read"], rateLimit: 1_000_000_000,
                expiresAt: expiresAt))
        return (code, key)
    }

    @Test("is refused by each from the moment on at which the call that ends it returns")
    func ended() async throws {
        try await KeyFleet.run { fleet, members in
            for (place, ender) in members.enumerated() {
                let services = ender.administrator
                let (code, revoked) = try await Self.make(services)
                try await KeyFleet.use(revoked.apiKey, of: code, on: members, until: .revoked) {
                    try await services.revoke(revoked.keyId, of: code)
                }
                let (other, rotated) = try await Self.make(services)
                var successor = RotateApiKeyResponse()
                try await KeyFleet.use(
                    rotated.apiKey, of: other, on: members, until: .superseded
                ) {
                    successor = try await services.apiKeys.rotateApiKey(
                        .init(tenantCode: other, keyId: rotated.keyId))
                }
                for member in members {
                    #expect(try await member.administrator.verify(successor.apiKey).valid)
                    let old = try await member.administrator.verify(rotated.apiKey)
                    #expect(old.supersededBy == successor.keyId && old.keyId == rotated.keyId)
                }
                // Once is enough for what goes the same way.
                guard place == 0 else { continue }
                let (third, leaked) = try await Self.make(services)
                try await KeyFleet.use(leaked.apiKey, of: third, on: members, until: .revoked) {
                    _ = try await services.apiKeys.reportLeak(.init(apiKey: leaked.apiKey))
                }
            }
        }
    }

    @Test("by its time is refused by each from then on, with no call to end it")
    func expired() async throws {
        try await KeyFleet.run { fleet, members in
            let end = try await fleet.deployment.number(
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + 3000000")
            let (code, key) = try await Self.make(
                members[0].administrator, expiresAt: .init(microsecondsSince1970: end))
            try await KeyFleet.use(key.apiKey, of: code, on: members, until: .expired) {
                // One microsecond later than the database's clock, which is this machine's.
                try await fleet.deployment.waitUntil(
                    "clock_timestamp() > to_timestamp(\(end) / 1000000.0)")
            }
            let (other, rotated) = try await Self.make(members[0].administrator)
            let answer = try await members[1].administrator.apiKeys.rotateApiKey(
                .init(tenantCode: other, keyId: rotated.keyId, overlapSeconds: 3))
            let over = try #require(answer.supersededKey?.supersededAt).microsecondsSince1970
            try await KeyFleet.use(rotated.apiKey, of: other, on: members, until: .superseded) {
                for member in members {
                    #expect(try await member.administrator.verify(answer.apiKey).valid)
                }
                try await fleet.deployment.waitUntil(
                    "clock_timestamp() > to_timestamp(\(over) / 1000000.0)")
            }
        }
    }

    @Test("is refused by a server that was stopped meanwhile and goes on as if nothing were")
    func stopped() async throws {
        try await KeyFleet.run { fleet, members in
            let (code, key) = try await Self.make(members[0].administrator)
            let sleeper = members[2]
            for _ in 0..<20 { #expect(try await sleeper.administrator.verify(key.apiKey).valid) }
            kill(fleet.last.processID, SIGSTOP)
            try await members[0].administrator.revoke(key.keyId, of: code)
            async let asked = sleeper.administrator.verify(key.apiKey)
            async let called = KeyFleet.code {
                try await sleeper.program.check(.users, of: code, options: .bearing(key.apiKey))
            }
            kill(fleet.last.processID, SIGCONT)
            // It may find its connections to the database gone by then, which is no better for it.
            let verdict = try? await asked
            #expect(verdict?.valid != true)
            let outcome = await called
            #expect(outcome == .unauthenticated || outcome == .unavailable)
            try await fleet.deployment.eventually {
                try await sleeper.administrator.verify(key.apiKey).refusal == .revoked
            }
        }
    }

    @Test("is refused by a server that no notification of the database's reaches")
    func withoutNotifications() async throws {
        try await KeyFleet.run { fleet, members in
            let deployment = fleet.deployment
            let folder = fleet.relay.folder
            #expect(try await deployment.notified(through: folder))
            fleet.relay.swallowNotifications()
            #expect(try await !deployment.notified(through: folder))
            #expect(try await deployment.notified(through: deployment.postgres.socketFolder))
            for ender in members {
                let services = ender.administrator
                let (code, key) = try await Self.make(services)
                try await KeyFleet.use(key.apiKey, of: code, on: members, until: .revoked) {
                    try await services.revoke(key.keyId, of: code)
                }
            }
        }
    }

    @Test("is refused by a server that is cut off from the database")
    func cutOff() async throws {
        try await KeyFleet.run { fleet, members in
            let (code, key) = try await Self.make(members[0].administrator)
            let lonely = members[2]
            for _ in 0..<20 { #expect(try await lonely.administrator.verify(key.apiKey).valid) }
            fleet.relay.cut()
            try await members[0].administrator.revoke(key.keyId, of: code)
            let options = CallOptions(timeout: .seconds(3))
            for _ in 0..<3 {
                let failure = await KeyFleet.code {
                    let verdict = try await lonely.administrator.apiKeys.verifyApiKey(
                        .init(apiKey: key.apiKey), options: options)
                    #expect(!verdict.valid)
                }
                #expect(failure == .unavailable || failure == .deadlineExceeded)
                var bearing = CallOptions.bearing(key.apiKey)
                bearing.timeout = options.timeout
                let code = await KeyFleet.code { [bearing] in
                    try await lonely.program.check(.users, of: code, options: bearing)
                }
                #expect(code == .unavailable || code == .deadlineExceeded)
            }
            fleet.relay.mend()
            try await fleet.deployment.eventually {
                (try? await lonely.administrator.verify(key.apiKey).refusal) == .revoked
            }
        }
    }
}
