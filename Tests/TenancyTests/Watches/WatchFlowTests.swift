internal import Tenancy
internal import Testing

@Suite("How far a watch has got") struct WatchFlowTests {
    private static func position(_ sequence: Int64) -> ChainPosition {
        ChainPosition(
            sequence: sequence, createdAt: Timestamp(microseconds: sequence), rowHash: [])
    }

    private static func acknowledge(_ sequence: Int64, in flow: inout WatchFlow) -> Bool {
        flow.acknowledge(position(sequence))
    }

    @Test("So many events are on the way at most, and an acknowledgement makes room")
    func room() {
        var flow = WatchFlow(from: Self.position(10))
        for sequence in 11..<Int64(11 + WatchFlow.unacknowledgedMax) {
            #expect(flow.room > 0)
            flow.send(Self.position(sequence))
        }
        #expect(flow.room == 0)
        let is20Sent = Self.acknowledge(20, in: &flow)
        #expect(is20Sent)
        #expect(flow.room == 10)
        // Again, and out of turn.
        let is12Sent = Self.acknowledge(12, in: &flow)
        #expect(is12Sent)
        #expect(flow.room == 10)
    }

    @Test("What was not sent cannot be acknowledged; what was passed over can")
    func unsent() {
        var flow = WatchFlow(from: Self.position(10))
        let is11Sent = Self.acknowledge(11, in: &flow)
        #expect(!is11Sent)
        flow.send(Self.position(12))
        flow.pass(to: Self.position(30))
        let is30Sent = Self.acknowledge(30, in: &flow)
        #expect(is30Sent)
        #expect(flow.room == WatchFlow.unacknowledgedMax)
        let is31Sent = Self.acknowledge(31, in: &flow)
        #expect(!is31Sent)
    }
}
