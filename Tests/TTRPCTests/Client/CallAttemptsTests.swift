internal import Reactor
internal import Testing

@testable internal import TTRPC

@Suite("Retries of a call")
struct CallAttemptsTests {
    private static let now = MonotonicInstant(nanoseconds: 1_000_000_000)

    private static func failure(
        _ code: RPCError.Code, _ progress: CallFailure.Progress, after delay: Duration? = nil
    ) -> CallFailure {
        CallFailure(
            RPCError(code, "", details: delay.map { [.retryInfo(after: $0)] } ?? []), progress)
    }

    /// The verdicts on `failures`, one after the other, as whether each was tried again.
    private func retried(
        _ failures: [CallFailure], isIdempotent: Bool, deadline: MonotonicInstant? = nil,
        _ configuration: RetryConfiguration = RetryConfiguration()
    ) -> [Bool] {
        var attempts = CallAttempts(configuration, isIdempotent: isIdempotent, deadline: deadline)
        var budget = RetryBudget(configuration)
        return failures.map { failure in
            attempts.failed(failure, now: Self.now, budget: &budget, jitter: 1000) != .giveUp
        }
    }

    @Test(
        "what is tried again",
        arguments: [
            (.unavailable, .sent, true, true), (.unavailable, .sent, false, false),
            (.unavailable, .notBegun, false, true), (.unavailable, .notBegun, true, true),
            (.unavailable, .notConnected, true, false),
            (.unavailable, .notConnected, false, false),
            (.resourceExhausted, .sent, true, false), (.internal, .sent, true, false),
            (.deadlineExceeded, .notBegun, true, false), (.cancelled, .notBegun, true, false),
        ] as [(RPCError.Code, CallFailure.Progress, Bool, Bool)])
    func table(
        code: RPCError.Code, progress: CallFailure.Progress, isIdempotent: Bool, expected: Bool
    ) {
        let result = retried([Self.failure(code, progress)], isIdempotent: isIdempotent)
        #expect(result == [expected])
    }

    @Test("a call that lost its server goes on while there is none")
    func lostServer() {
        let failures = [
            Self.failure(.unavailable, .notBegun), Self.failure(.unavailable, .notConnected),
            Self.failure(.unavailable, .notConnected),
        ]
        #expect(retried(failures, isIdempotent: false) == [true, true, true])
    }

    @Test("a call is tried attemptsMax times in all")
    func attemptsMax() {
        var configuration = RetryConfiguration()
        configuration.attemptsMax = 3
        let failures = [CallFailure](repeating: Self.failure(.unavailable, .sent), count: 3)
        #expect(retried(failures, isIdempotent: true, configuration) == [true, true, false])
        configuration.attemptsMax = 1
        #expect(retried([failures[0]], isIdempotent: true, configuration) == [false])
    }

    @Test("the server's delay is kept, unless it is over the longest")
    func retryInfo() {
        let configuration = RetryConfiguration()
        var budget = RetryBudget(configuration)
        var attempts = CallAttempts(configuration, isIdempotent: true, deadline: nil)
        let soon = attempts.failed(
            Self.failure(.unavailable, .sent, after: .seconds(3)), now: Self.now, budget: &budget,
            jitter: 1000)
        #expect(soon == .retry(after: .seconds(3)))
        let late = attempts.failed(
            Self.failure(.unavailable, .sent, after: .seconds(6)), now: Self.now, budget: &budget,
            jitter: 1000)
        #expect(late == .giveUp)
    }

    @Test("a retry that the deadline leaves no time for is not made")
    func deadline() {
        let failures = [Self.failure(.unavailable, .sent, after: .seconds(1))]
        let soon = Self.now.advanced(by: .milliseconds(900))
        #expect(retried(failures, isIdempotent: true, deadline: soon) == [false])
        let later = Self.now.advanced(by: .milliseconds(1100))
        #expect(retried(failures, isIdempotent: true, deadline: later) == [true])
    }

    @Test("the budget allows half of its tokens, and successes refill it")
    func budget() {
        var configuration = RetryConfiguration()
        configuration.budgetTokensMax = 10
        configuration.budgetRefillMilli = 500
        var budget = RetryBudget(configuration)
        let taken = (0..<7).map { _ in budget.takeToken() }
        #expect(taken == [true, true, true, true, true, false, false])
        budget.succeeded()
        budget.succeeded()
        let again = [budget.takeToken(), budget.takeToken()]
        #expect(again == [true, false])
        for _ in 0..<100 { budget.succeeded() }
        #expect(budget.isFull)
    }
}

@Suite("Details of an error")
struct ErrorDetailsTests {
    @Test(
        "RetryInfo is read as it was written",
        arguments: [Duration.zero, .milliseconds(100), .seconds(3), .seconds(3) + .nanoseconds(7)])
    func retryInfo(delay: Duration) {
        let error = RPCError(.unavailable, "", details: [.notBegun, .retryInfo(after: delay)])
        #expect(error.retryDelay == delay)
        #expect(error.isNotBegun)
    }

    @Test("RetryInfo alone does not say that nothing was begun")
    func handlersRetryInfo() {
        let error = RPCError(.unavailable, "", details: [.retryInfo(after: .seconds(1))])
        #expect(!error.isNotBegun)
    }

    @Test(
        "a RetryInfo that makes no sense is none",
        arguments: [
            [0x0a], [0x0a, 5, 1], [0x0a, 2, 0x08], [0xff, 0xff],
            // Seconds and nanoseconds of 2^63 and more.
            [0x0a, 11, 0x08] + [UInt8](repeating: 0xff, count: 9) + [1],
            [0x0a, 11, 0x10] + [UInt8](repeating: 0xff, count: 9) + [1],
        ] as [[UInt8]])
    func malformed(value: [UInt8]) {
        let detail = AnyMessage(
            typeURL: "type.googleapis.com/google.rpc.RetryInfo", value: value)
        #expect(RPCError(.unavailable, "", details: [detail]).retryDelay == nil)
    }
}
