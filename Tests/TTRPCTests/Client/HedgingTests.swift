internal import Synchronization
internal import Testing

@testable internal import TTRPC

@Suite("Hedging", .timeLimit(.minutes(10)))
struct HedgingTests {
    /// A method that hangs until it is cancelled, except in the tries that the test names.
    private final class Slow: Sendable {
        static let idempotent = EchoMethods.Method(
            service: "ttrpc.testing.Slow", method: "Again", kind: .unary, isIdempotent: true)
        static let once = EchoMethods.Method(
            service: "ttrpc.testing.Slow", method: "Once", kind: .unary, isIdempotent: false)

        let begun = Counter()
        let cancelled = Counter()
        /// What each try does, the first one first; those past the end hang.
        let tries: [Result<Void, RPCError>?]

        init(_ tries: [Result<Void, RPCError>?]) { self.tries = tries }

        func register(_ router: inout Router) {
            for method in [Self.idempotent, Self.once] {
                router.unary(method) { [self] request, _ in
                    let index = begun.value
                    begun.increment()
                    if index < tries.count, let outcome = tries[index] {
                        try outcome.get()
                        return request
                    }
                    do {
                        try await Gate().wait()
                    } catch {
                        cancelled.increment()
                        throw error
                    }
                    return request
                }
            }
        }
    }

    private static func configuration(
        _ hedging: HedgingConfiguration? = HedgingConfiguration(
            delay: .milliseconds(20), attemptsMax: 3)
    ) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.connectionsPerClient = 2
        configuration.hedging = hedging
        configuration.retry.attemptsMax = 1
        configuration.tellsOfUnaryCallsGivenUp = true
        return configuration
    }

    @Test("a try that is slow is joined by another one, whose answer wins")
    func secondWins() async throws {
        let slow = Slow([nil, .success(())])
        try await TestServer.run(services: slow.register) { server in
            // No third: where everything is slow, the second answer may take longer than the delay.
            let hedging = HedgingConfiguration(delay: .milliseconds(20), attemptsMax: 2)
            try await server.withClient(Self.configuration(hedging)) { client in
                let answer = try await client.unary(
                    Slow.idempotent, RawMessage("x"), options: .init(timeout: .seconds(30)))
                #expect(answer.text == "x")
                #expect(slow.begun.value == 2)
            }
            // The one that lost is cancelled at its handler too.
            try await slow.cancelled.reaches(1)
        }
    }

    @Test("it is off unless it is configured, and only for idempotent methods")
    func off() async throws {
        #expect(ClientConfiguration().hedging == nil)
        let slow = Slow([nil, nil])
        try await TestServer.run(services: slow.register) { server in
            let options = CallOptions(timeout: .milliseconds(200))
            try await server.withClient(Self.configuration(nil)) { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(Slow.idempotent, RawMessage("x"), options: options)
                }
                #expect(error?.code == .deadlineExceeded)
            }
            try await server.withClient(Self.configuration()) { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(Slow.once, RawMessage("x"), options: options)
                }
                #expect(error?.code == .deadlineExceeded)
            }
            #expect(slow.begun.value == 2)
        }
    }

    @Test("a failure of the call itself wins; one of the server's waits for the other tries")
    func failures() async throws {
        let denied = RPCError(.permissionDenied, "no")
        let final = Slow([nil, .failure(denied)])
        try await TestServer.run(services: final.register) { server in
            try await server.withClient(Self.configuration()) { client in
                let error = await #expect(throws: RPCError.self) {
                    try await client.unary(
                        Slow.idempotent, RawMessage("x"), options: .init(timeout: .seconds(30)))
                }
                #expect(error?.code == .permissionDenied)
            }
        }
        let busy = Slow([nil, .failure(RPCError(.unavailable, "busy")), .success(())])
        try await TestServer.run(services: busy.register) { server in
            try await server.withClient(Self.configuration()) { client in
                let answer = try await client.unary(
                    Slow.idempotent, RawMessage("x"), options: .init(timeout: .seconds(30)))
                #expect(answer.text == "x")
                #expect(busy.begun.value == 3)
            }
        }
    }

    @Test("the plan begins as many tries as allowed, each with a token")
    func plan() {
        var retry = RetryConfiguration()
        retry.budgetTokensMax = 4
        var budget = RetryBudget(retry)
        var plan = HedgePlan(HedgingConfiguration(delay: .zero, attemptsMax: 3))
        let begins = (0..<4).map { _ in plan.delayPassed(budget: &budget) }
        #expect(begins == [true, true, false, false])
        let unavailable = RPCError(.unavailable, "")
        let ends = (0..<3).map { _ in plan.failed(unavailable) }
        #expect(ends == [false, false, true])

        var poor = HedgePlan(HedgingConfiguration(delay: .zero))
        let none = poor.delayPassed(budget: &budget)
        #expect(!none)
        let isFinal = poor.failed(RPCError(.notFound, ""))
        #expect(isFinal)
    }
}
