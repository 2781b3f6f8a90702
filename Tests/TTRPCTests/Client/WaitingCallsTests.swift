internal import Testing

@testable internal import TTRPC

@Suite("Calls that wait")
struct WaitingCallsTests {
    @Test("they come out in order, without those that left")
    func order() {
        var waiting = WaitingCalls<Int>()
        let tickets = (0..<5).map { waiting.append($0) }
        waiting.remove(tickets[0])
        waiting.remove(tickets[3])
        waiting.remove(tickets[3])
        #expect(waiting.count == 3)
        let out = (0..<4).map { _ in waiting.popFirst() }
        #expect(out == [1, 2, 4, nil])
        _ = waiting.append(9)
        #expect(waiting.popFirst() == 9)
    }

    @Test("some can be taken out, the others keep their places")
    func removeSome() {
        var waiting = WaitingCalls<Int>()
        for call in 0..<6 { _ = waiting.append(call) }
        let odd = waiting.removeAll { !$0.isMultiple(of: 2) }
        #expect(odd == [1, 3, 5])
        let rest = waiting.removeAll()
        #expect(rest == [0, 2, 4])
        #expect(waiting.isEmpty)
    }
}
