internal import Logging
internal import Tenancy
internal import Testing

@testable internal import TenancyServer

@Suite("An attempt to be somebody")
struct AuthenticationFailuresTests {
    private typealias Attempt = AuthenticationFailures.Attempt

    private static let token = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"

    @Test("counts where it comes from, and what it begins with there")
    func sources() {
        #expect(
            Attempt("vym_1_abcdefghijkl", from: "203.0.113.7").sources == [
                .credentials("203.0.113.7"), .prefix("vym_1_abcdefghij", from: "203.0.113.7"),
            ])
        #expect(
            Attempt("vym_1_abcdefghijkl", passedOnBy: "service:web", from: "").sources == [
                .prefix("vym_1_abcdefghij", from: "service:web ")
            ])
    }

    @Test("with a signed token counts where it comes from alone, since all of them begin alike")
    func tokens() {
        #expect(
            Attempt(Self.token, from: "203.0.113.7").sources == [.credentials("203.0.113.7")])
        #expect(Attempt(Self.token, passedOnBy: "service:web", from: "").sources.isEmpty)
    }

    @Test("with a token says nothing of tokens that come from elsewhere")
    func elsewhere() {
        let failures = AuthenticationFailures(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, perSecond: 1)
        let here = Attempt(Self.token, passedOnBy: "service:web", from: "203.0.113.7")
        for _ in 0..<100 { failures.note(here, .token, isKnown: false) }
        #expect(failures.secondsToWait(here) != nil)
        for address in ["203.0.113.8", ""] {
            let there = Attempt(Self.token + "x", passedOnBy: "service:web", from: address)
            #expect(failures.secondsToWait(there) == nil)
        }
    }
}
