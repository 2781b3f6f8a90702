internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite(
    "A signing key that is revoked while three servers share it", .serialized,
    .timeLimit(.minutes(5)))
struct SigningKeyRevocationTests {
    /// A tenant, a key of it, and a token with the key that has signed it.
    private struct Signed {
        let code: String
        let key: String
        let token: String
        let kid: String

        init(_ member: KeyFleet.Member) async throws {
            let services = member.administrator
            code = try await services.createTenant("signing")
            key = try await services.createKey(of: code, rateLimit: 1_000_000_000).apiKey
            token = try await services.exchange(key).accessToken
            kid = Self.signer(of: token)
        }

        static func signer(of token: String) -> String {
            Forge.object(Forge.parts(token)[0])["kid"] as? String ?? ""
        }
    }

    private static func revoke(
        _ kid: String, validateOnly: Bool = false, _ member: KeyFleet.Member
    ) async throws -> RevokeSigningKeyResponse {
        try await member.administrator.tokens.revokeSigningKey(
            .init(keyId: kid, reason: "It was in a log", validateOnly: validateOnly))
    }

    @Test("verifies on none from the moment on at which the call returns, and another signs")
    func ended() async throws {
        try await KeyFleet.run { fleet, members in
            for ender in members {
                let signed = try await Signed(ender)
                let trial = try await Self.revoke(signed.kid, validateOnly: true, ender)
                #expect(trial == RevokeSigningKeyResponse(success: true))
                let answer = try await Self.use(signed, on: members) {
                    try await Self.revoke(signed.kid, ender)
                }
                #expect(answer.revokedAt != nil && answer.signingKeyId != signed.kid)
                var sets: [GetKeySetResponse] = []
                for member in members {
                    let token = try await member.program.exchange(signed.key).accessToken
                    #expect(Signed.signer(of: token) == answer.signingKeyId, "\(member.name)")
                    for other in members {
                        #expect(try await other.administrator.introspect(token).active)
                    }
                    sets.append(try await member.program.tokens.getKeySet(.init()))
                }
                #expect(Set(sets).count == 1 && !sets[0].json.contains(signed.kid))
                #expect(sets[0].keys.map(\.kid) == [answer.signingKeyId])
                // Once more changes nothing, whoever asks.
                for member in members {
                    let again = try await Self.revoke(signed.kid, member)
                    #expect(again == answer, "\(member.name)")
                }
                let record = try await fleet.deployment.query(
                    """
                    SELECT revoked_by || ': ' || revocation_reason FROM token_signing_keys
                    WHERE kid = '\(signed.kid)' AND revoked_at IS NOT NULL
                    """)
                #expect(record.count == 1)
                #expect(record[0].hasPrefix("platform:"), "\(record)")
                #expect(record[0].hasSuffix(": It was in a log"))
            }
        }
    }

    /// Uses the token on every server all the time while `finish` ends the key that has signed it.
    private static func use<Answer>(
        _ signed: Signed, on members: [KeyFleet.Member], _ finish: () async throws -> Answer
    ) async throws -> Answer {
        for member in members {
            #expect(try await member.administrator.introspect(signed.token).active)
        }
        let questions = members.map { member in
            KeyFleet.Question(name: member.name) {
                let code = await KeyFleet.code {
                    try await member.program.check(
                        .users, of: signed.code, options: .bearing(signed.token))
                }
                let isActive = try await member.administrator.introspect(signed.token).active
                return code == .unauthenticated && !isActive
            }
        }
        return try await KeyFleet.ask(questions, while: finish)
    }

    @Test("verifies on no server that was stopped meanwhile and goes on as if nothing were")
    func stopped() async throws {
        try await KeyFleet.run { fleet, members in
            let signed = try await Signed(members[0])
            let sleeper = members[2]
            for _ in 0..<20 {
                #expect(try await sleeper.administrator.introspect(signed.token).active)
            }
            kill(fleet.last.processID, SIGSTOP)
            _ = try await Self.revoke(signed.kid, members[0])
            async let asked = sleeper.administrator.introspect(signed.token)
            async let called = KeyFleet.code {
                try await sleeper.program.check(
                    .users, of: signed.code, options: .bearing(signed.token))
            }
            kill(fleet.last.processID, SIGCONT)
            // It may find its connections to the database gone by then, which is no better for it.
            let answer = try? await asked
            #expect(answer?.active != true)
            let outcome = await called
            #expect(outcome == .unauthenticated || outcome == .unavailable)
        }
    }

    @Test("verifies on no server that is cut off from the database, which publishes it no more")
    func cutOff() async throws {
        try await KeyFleet.run { fleet, members in
            let signed = try await Signed(members[0])
            let lonely = members[2]
            for _ in 0..<20 {
                #expect(try await lonely.administrator.introspect(signed.token).active)
            }
            fleet.relay.cut()
            _ = try await Self.revoke(signed.kid, members[0])
            let options = CallOptions(timeout: .seconds(3))
            let introspection = await KeyFleet.code {
                let answer = try await lonely.administrator.tokens.introspect(
                    .init(token: signed.token), options: options)
                #expect(!answer.active)
            }
            #expect(introspection == .unavailable || introspection == .deadlineExceeded)
            let set = await KeyFleet.code {
                try await lonely.program.tokens.getKeySet(.init(), options: options)
            }
            #expect(set == .unavailable || set == .deadlineExceeded)
            fleet.relay.mend()
            try await fleet.deployment.eventually {
                (try? await lonely.administrator.introspect(signed.token).active) == false
            }
        }
    }
}
