internal import TTRPC
internal import TenancyAPI
internal import Testing

/// The keys that sign tokens, while three servers share them. Time is moved by moving what the
/// keys' rows say of it.
@Suite("The key that tokens are signed with", .serialized, .timeLimit(.minutes(5)))
struct TokenKeyRotationTests {
    @Test("is followed by one that is published first and signs then; old tokens hold")
    func succession() async throws {
        try await KeyFleet.run { fleet, members in
            let (code, key) = try await Self.tenant(members)
            let old = try await Self.exchange(key, on: members)
            let first = try #require(old.first.map { Self.name(of: $0) })
            #expect(Set(old.map { Self.name(of: $0) }) == [first])
            // Its days are over: another is made by whichever server looks first, and published.
            try await Self.move(first, by: "- interval '30 days'", in: fleet)
            try await Self.look(fleet, members) { $0.count == 2 && $0.last?.kid == first }
            let sets = try await Self.sets(members)
            #expect(Set(sets).count == 1)
            let second = try #require(sets[0].keys.first?.kid)
            #expect(second != first && sets[0].json.contains(second))
            // It does not sign for an hour yet.
            let meanwhile = try await Self.exchange(key, on: members)
            #expect(Set(meanwhile.map { Self.name(of: $0) }) == [first])
            // The hour is over.
            try await Self.move(second, by: "- interval '1 hour'", in: fleet)
            try await Self.sign(key, by: second, fleet, members)
            let new = try await Self.exchange(key, on: members)
            #expect(try await Self.sets(members).allSatisfy { $0.keys.count == 2 })
            for member in members {
                for token in old + meanwhile + new {
                    #expect(
                        try await member.administrator.introspect(token).active, "\(member.name)")
                    _ = try await member.program.check(.users, of: code, options: .bearing(token))
                }
            }
            let signed = try #require(new.first)
            let x = try #require(sets[0].keys.first?.x)
            #expect(try await Forge.isVerifiedByOpenSSL(signed, x))
            // Past the time of its last token, the first is forgotten.
            try await Self.move(second, by: "- interval '306 seconds'", in: fleet)
            try await Self.look(fleet, members) { $0.map(\.kid) == [second] }
            for member in members {
                for token in old + meanwhile {
                    #expect(try await !member.administrator.introspect(token).active)
                }
                for token in new {
                    #expect(try await member.administrator.introspect(token).active)
                }
            }
        }
    }

    @Test("is followed at once when it is revoked, and every server refuses its tokens")
    func revoked() async throws {
        try await KeyFleet.run { fleet, members in
            let (code, key) = try await Self.tenant(members)
            let old = try await Self.exchange(key, on: members)
            let first = try #require(old.first.map { Self.name(of: $0) })
            for member in members {
                #expect(try await member.administrator.introspect(old[0]).active)
            }
            _ = try await fleet.deployment.query(
                "UPDATE token_signing_keys SET revoked_at = now() WHERE kid = '\(first)'")
            try await Self.look(fleet, members) { $0.count == 1 && $0[0].kid != first }
            #expect(Set(try await Self.sets(members)).count == 1)
            let new = try await Self.exchange(key, on: members)
            for member in members {
                for token in old {
                    #expect(try await !member.administrator.introspect(token).active)
                    try await expectFailure(.unauthenticated) {
                        try await member.program.check(
                            .users, of: code, options: .bearing(token))
                    }
                }
                for token in new {
                    #expect(Self.name(of: token) != first)
                    #expect(try await member.administrator.introspect(token).active)
                    _ = try await member.program.check(.users, of: code, options: .bearing(token))
                }
            }
        }
    }

    @Test("is followed by the one before it when it is revoked, until a new one has been published")
    func before() async throws {
        try await KeyFleet.run { fleet, members in
            let (_, key) = try await Self.tenant(members)
            let first = Self.name(of: try await Self.exchange(key, on: members)[0])
            try await Self.move(first, by: "- interval '30 days'", in: fleet)
            try await Self.look(fleet, members) { $0.count == 2 }
            let second = try #require(try await Self.sets(members)[0].keys.first?.kid)
            try await Self.move(second, by: "- interval '1 hour'", in: fleet)
            try await Self.sign(key, by: second, fleet, members)
            _ = try await fleet.deployment.query(
                "UPDATE token_signing_keys SET revoked_at = now() WHERE kid = '\(second)'")
            try await Self.look(fleet, members) {
                $0.count == 2 && $0[0].kid != second && $0[1].kid == first
            }
            try await Self.sign(key, by: first, fleet, members)
        }
    }

    @Test("is followed by a new one when it is revoked after the one before it has retired")
    func retired() async throws {
        try await KeyFleet.run { fleet, members in
            let (_, key) = try await Self.tenant(members)
            let first = Self.name(of: try await Self.exchange(key, on: members)[0])
            try await Self.move(first, by: "- interval '30 days'", in: fleet)
            try await Self.look(fleet, members) { $0.count == 2 }
            let second = try #require(try await Self.sets(members)[0].keys.first?.kid)
            try await Self.move(second, by: "- interval '1 hour 306 seconds'", in: fleet)
            try await Self.look(fleet, members) { $0.map(\.kid) == [second] }
            let third = try await members[0].administrator.tokens.revokeSigningKey(
                .init(keyId: second, reason: "It was in a log")
            ).signingKeyId
            #expect(!["", first, second].contains(third))
            try await Self.look(fleet, members) { $0.map(\.kid) == [third] }
            try await Self.sign(key, by: third, fleet, members)
        }
    }

    private static func tenant(
        _ members: [KeyFleet.Member]
    ) async throws -> (code: String, key: String) {
        let services = members[0].administrator
        let code = try await services.createTenant("signed")
        return (code, try await services.createKey(of: code, rateLimit: 100_000).apiKey)
    }

    /// A token of each server's.
    private static func exchange(
        _ key: String, on members: [KeyFleet.Member]
    ) async throws -> [String] {
        var tokens: [String] = []
        for member in members {
            tokens.append(try await member.program.exchange(key).accessToken)
        }
        return tokens
    }

    /// The key that a token says it was signed with.
    private static func name(of token: String) -> String {
        Forge.object(Forge.parts(token)[0])["kid"] as? String ?? ""
    }

    private static func sets(_ members: [KeyFleet.Member]) async throws -> [GetKeySetResponse] {
        var sets: [GetKeySetResponse] = []
        for member in members { sets.append(try await member.program.tokens.getKeySet(.init())) }
        return sets
    }

    private static func move(
        _ key: String, by interval: String, in fleet: KeyFleet
    ) async throws {
        _ = try await fleet.deployment.query(
            """
            UPDATE token_signing_keys SET signs_from = signs_from \(interval)
            WHERE kid = '\(key)'
            """)
    }

    /// Has every server read the keys: it does so each minute, and for a key that it does not know.
    private static func look(_ members: [KeyFleet.Member]) async throws {
        let header = #"{"alg":"EdDSA","kid":"of-nobody","typ":"at+jwt"}"#
        for member in members {
            let token = Forge.changed("x.e30.eA", header: header)
            #expect(try await !member.administrator.introspect(token).active)
        }
    }

    /// Has them read until every server signs with that key.
    private static func sign(
        _ key: String, by name: String, _ fleet: KeyFleet, _ members: [KeyFleet.Member]
    ) async throws {
        try await fleet.deployment.eventually {
            try await look(members)
            return try await exchange(key, on: members).allSatisfy { self.name(of: $0) == name }
        }
    }

    /// The same until every server publishes what is expected, newest first.
    private static func look(
        _ fleet: KeyFleet, _ members: [KeyFleet.Member],
        until isSo: ([JsonWebKey]) -> Bool
    ) async throws {
        try await fleet.deployment.eventually {
            try await look(members)
            return try await sets(members).allSatisfy { isSo($0.keys) }
        }
    }
}
