internal import Testing

@testable internal import Postgres

@Suite("Cancelling, as a structure")
struct CancelGateTests {
    enum Event { case ask, askAgain, asked, answered }

    private static let cases: [([Event], [CancelGate.Action])] = [
        // The request gets through first, or the answer does.
        ([.ask, .asked, .answered], [.ask, .askLater, .open]),
        ([.ask, .answered, .asked], [.ask, .none, .open]),
        // It came before the statement began.
        (
            [.ask, .asked, .askAgain, .asked, .answered],
            [.ask, .askLater, .ask, .askLater, .open]
        ),
        ([.ask, .asked, .askAgain, .answered, .asked], [.ask, .askLater, .ask, .none, .open]),
        // Nothing twice, and nothing of what was not asked for.
        ([.ask, .ask, .askAgain], [.ask, .none, .none]),
        ([.askAgain, .asked, .answered], [.none, .none, .none]),
    ]

    @Test("nothing passes between the first request and both answers", arguments: 0..<6)
    func order(index: Int) {
        let (events, actions) = Self.cases[index]
        var gate = CancelGate()
        var isClosed = false
        for (event, expected) in zip(events, actions) {
            let action =
                switch event {
                case .ask: gate.ask()
                case .askAgain: gate.askAgain()
                case .asked: gate.asked()
                case .answered: gate.answered()
                }
            #expect(action == expected)
            if action == .ask { isClosed = true }
            if action == .open { isClosed = false }
            #expect(gate.isClosed == isClosed)
        }
    }
}
