internal import Testing

@testable internal import Tenancy

@Suite("A tenant token")
struct TenantTokenTests {
    private static let rules = TokenRules(issuer: "issuer", audiences: ["own", "other"])

    private func token(
        issuer: String = "issuer", audience: String = "own", issuedAt: Int64 = 1_000,
        lifetime: Int64 = 300
    ) throws -> TenantToken {
        TenantToken(
            issuer: issuer, audience: audience, tenant: try #require(TenantID(7)),
            tenantCode: try #require(TenantCode("axis-securities")), keyID: 11,
            permissions: [.consume, .viewUsage], issuedAt: issuedAt, lifetimeSeconds: lifetime,
            id: "a \"name\" with \\ and \u{1}", generation: 3)
    }

    private func at(_ seconds: Int64) -> Timestamp {
        Timestamp(microseconds: seconds * 1_000_000)
    }

    @Test("says the same after a round trip, its signature aside")
    func roundTrip() throws {
        let token = try token()
        let text = SignedToken.text(token, keyName: "key") { _ in [1, 2, 3] }
        let signed = try #require(SignedToken(text))
        #expect(signed.token == token)
        #expect(signed.keyName == "key")
        #expect(signed.signature == [1, 2, 3])
        #expect(text.utf8.starts(with: signed.signedBytes))
        #expect(SignedToken.isLike(text))
        #expect(token.scope == "consume view_usage")
    }

    @Test(
        "is none with another header",
        arguments: [
            #"{"alg":"none","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"HS256","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"eddsa","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"EdDSA","kid":"k","typ":"JWT"}"#, #"{"alg":"EdDSA","typ":"at+jwt"}"#,
            #"{"alg":"EdDSA","kid":"k"}"#, #"{"alg":"EdDSA","kid":1,"typ":"at+jwt"}"#,
            #"{"alg":"EdDSA","kid":"k","typ":"at+jwt","crit":["exp"]}"#,
            #"{"alg":"EdDSA","kid":"k","typ":"at+jwt","jwk":{}}"#,
            #"{"alg":"none","alg":"EdDSA","kid":"k","typ":"at+jwt"}"#, "[]", "", "{",
        ])
    func header(text: String) throws {
        #expect(try changed(header: text) == nil)
    }

    private func changed(header: String) throws -> SignedToken? {
        let parts = SignedToken.text(try token(), keyName: "k") { _ in [1] }.split(separator: ".")
        return SignedToken("\(SignedToken.base64URL(Array(header.utf8))).\(parts[1]).\(parts[2])")
    }

    @Test(
        "is none in another form",
        arguments: ["", ".", "..", "a.b", "a.b.c.d", "a=.b.c", "!.!.!"])
    func form(text: String) {
        #expect(SignedToken(text) == nil)
    }

    @Test("is none when it is too long, or padded, or not UTF-8")
    func encoding() throws {
        let text = SignedToken.text(try token(), keyName: "k") { _ in [1] }
        let parts = text.split(separator: ".").map(String.init)
        #expect(SignedToken(text) != nil)
        #expect(SignedToken(text + "=") == nil)
        let bytes = SignedToken.base64URL([0x22, 0xFF, 0x22])
        #expect(SignedToken("\(parts[0]).\(bytes).\(parts[2])") == nil)
        let long = String(repeating: "A", count: TenantToken.textBytesMax)
        #expect(SignedToken("\(parts[0]).\(parts[1]).\(long)") == nil)
    }

    @Test(
        "needs every claim, of its kind and once",
        arguments: [
            "iss", "aud", "sub", "client_id", "tenant_id", "tenant", "scope", "iat", "nbf", "exp",
            "jti", "gen",
        ])
    func claims(name: String) throws {
        let json = try token().json
        #expect(TenantToken(json: json) != nil)
        let member = "\"\(name)\":"
        for other in ["\"x\":", "\(member)[],\"y\":", "\(member)1,\(member)"] {
            #expect(TenantToken(json: json.replacing(member, with: other)) == nil, "\(other)")
        }
    }

    @Test("takes no number but a whole one, and no subject but its key's")
    func kinds() throws {
        let json = try token().json
        for (old, new) in [
            ("\"exp\":1300", "\"exp\":1300.5"), ("\"exp\":1300", "\"exp\":1.3e3"),
            ("\"exp\":1300", "\"exp\":\"1300\""), ("api_key:11", "api_key:12"),
            ("\"tenant_id\":7", "\"tenant_id\":-7"), ("consume", "everything"),
            ("\"gen\":3", "\"gen\":-3"), ("\"gen\":3", "\"gen\":\"3\""),
        ] {
            #expect(TenantToken(json: json.replacing(old, with: new)) == nil, "\(new)")
        }
    }

    @Test("is good for who it is for, while its time lasts, give or take five seconds")
    func time() throws {
        let token = try token()
        func refusal(_ seconds: Int64, _ audience: String = "own") -> TokenRefusal? {
            Self.rules.refusal(of: token, for: audience, at: at(seconds))
        }
        #expect(refusal(994) == .notYetValid)
        #expect(refusal(995) == nil)
        #expect(refusal(1_000) == nil)
        #expect(refusal(1_304) == nil)
        #expect(refusal(1_305) == .expired)
        #expect(refusal(1_100, "other") == .otherAudience)
        #expect(
            Self.rules.refusal(of: try self.token(issuer: "Issuer"), for: "own", at: at(1_100))
                == .otherIssuer)
    }

    @Test(
        "is refused with a lifetime that is not given out",
        arguments: [
            ("\"exp\":1300", "\"exp\":1301"), ("\"exp\":1300", "\"exp\":1000"),
            ("\"exp\":1300", "\"exp\":9223372036854775807"),
            ("\"iat\":1000", "\"iat\":-9223372036854775808"), ("\"nbf\":1000", "\"nbf\":999"),
        ])
    func lifetime(old: String, new: String) throws {
        let token = try #require(
            TenantToken(json: try token().json.replacing(old, with: new)))
        #expect(Self.rules.refusal(of: token, for: "own", at: at(1_100)) != nil)
    }
}

@Suite("Keys to sign tokens with")
struct TokenKeyPlanTests {
    private let plan = TokenKeyPlan(lifetimeDays: 30)
    private static let day: Int64 = 86_400

    private func at(_ seconds: Int64) -> Timestamp {
        Timestamp(microseconds: seconds * 1_000_000)
    }

    private func key(_ name: String, _ seconds: Int64) -> TokenKeyPlan.Key {
        .init(name: name, signsFrom: at(seconds))
    }

    @Test("the first signs at once, the next is published an hour before it signs")
    func succession() {
        #expect(plan.next([], isUsable: false, at: at(5)) == at(5))
        let first = key("first", 0)
        let end = 30 * Self.day
        #expect(plan.next([first], isUsable: true, at: at(end - 3_601)) == nil)
        #expect(plan.next([first], isUsable: true, at: at(end - 3_600)) == at(end))
        // After a pause of all servers, too.
        #expect(plan.next([first], isUsable: true, at: at(end + 9)) == at(end + 9 + 3_600))
        let keys = [key("second", end), first]
        #expect(plan.next(keys, isUsable: true, at: at(end - 100)) == nil)
        #expect(TokenKeyPlan.signer(keys, at: at(end - 1))?.name == "first")
        #expect(TokenKeyPlan.signer(keys, at: at(end))?.name == "second")
    }

    @Test("one that cannot be used is followed at once")
    func unusable() {
        #expect(plan.next([key("lost", 0)], isUsable: false, at: at(100)) == at(100))
    }

    @Test("an old one verifies until its last token has expired")
    func published() {
        let keys = [key("third", 300), key("second", 200), key("first", 100)]
        func published(_ seconds: Int64) -> [String] {
            keys.filter { TokenKeyPlan.isPublished($0, among: keys, at: at(seconds)) }.map(\.name)
        }
        #expect(published(200) == ["third", "second", "first"])
        #expect(published(504) == ["third", "second", "first"])
        #expect(published(505) == ["third", "second"])
        #expect(published(605) == ["third"])
    }
}
