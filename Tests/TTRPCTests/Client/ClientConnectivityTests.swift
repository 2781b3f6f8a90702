internal import Testing

@testable internal import TTRPC

@Suite("Connectivity of a client")
struct ClientConnectivityTests {
    private func connectivity() -> ClientConnectivity {
        ClientConnectivity(delayMin: .milliseconds(100), delayMax: .seconds(1))
    }

    @Test("the first call connects, the next ones wait, then all are sent")
    func firstCall() {
        var lane = connectivity()
        #expect(lane.callArrived(waitForReady: false) == .connectAndWait)
        #expect(lane.callArrived(waitForReady: false) == .wait)
        lane.connected()
        #expect(lane.callArrived(waitForReady: false) == .send)
    }

    @Test("after a failed try a call fails at once, and one that may wait does")
    func failFast() {
        var lane = connectivity()
        _ = lane.callArrived(waitForReady: false)
        _ = lane.failed("refused", jitter: 1000)
        let error = RPCError(.unavailable, "no connection: refused")
        #expect(lane.callArrived(waitForReady: false) == .fail(error))
        #expect(lane.callArrived(waitForReady: true) == .wait)
    }

    @Test("after the rest it connects for those who wait, else for the next call")
    func rested() {
        for hasWaiting in [true, false] {
            var lane = connectivity()
            _ = lane.callArrived(waitForReady: false)
            _ = lane.failed("refused", jitter: 1000)
            let connects = lane.rested(hasWaiting: hasWaiting)
            #expect(connects == hasWaiting)
            #expect(lane.state == (hasWaiting ? .connecting : .idle))
        }
    }

    @Test("rests double up to the longest, and start small again after an answer")
    func rests() {
        var lane = connectivity()
        let nominal = [100, 200, 400, 800, 1000, 1000]
        for milliseconds in nominal {
            _ = lane.callArrived(waitForReady: true)
            let rest = lane.failed("refused", jitter: 1000)
            #expect(rest == .milliseconds(milliseconds))
            _ = lane.rested(hasWaiting: false)
        }
        lane.provedGood()
        _ = lane.callArrived(waitForReady: true)
        let short = lane.failed("refused", jitter: 500)
        #expect(short == .milliseconds(50))
    }

    @Test("a lost connection is replaced at once only for those who wait")
    func lost() {
        for hasWaiting in [true, false] {
            var lane = connectivity()
            _ = lane.callArrived(waitForReady: false)
            lane.connected()
            let connects = lane.lost(hasWaiting: hasWaiting)
            #expect(connects == hasWaiting)
            #expect(lane.state == (hasWaiting ? .connecting : .idle))
        }
    }

    @Test("calls wait out the first hang-ups in a row, then fail at once, until an answer comes")
    func hangUps() {
        var lane = connectivity()
        for count in 1...5 {
            _ = lane.callArrived(waitForReady: true)
            lane.connected()
            _ = lane.hungUp("closed", jitter: 1000)
            let action = lane.callArrived(waitForReady: false)
            let error = RPCError(.unavailable, "no connection: closed")
            let isForgiven = count <= ClientConnectivity.hangUpsForgivenMax
            #expect(action == (isForgiven ? .wait : .fail(error)))
            let connects = lane.rested(hasWaiting: true)
            #expect(connects)
        }
        lane.connected()
        lane.provedGood()
        let rest = lane.hungUp("closed", jitter: 1000)
        #expect(rest == .milliseconds(100))
        #expect(lane.callArrived(waitForReady: false) == .wait)
    }

    @Test("nothing begins after the close")
    func closed() {
        var lane = connectivity()
        lane.close()
        #expect(
            lane.callArrived(waitForReady: true) == .fail(ClientConnectivity.closedError))
        lane.connected()
        let events = [lane.rested(hasWaiting: true), lane.lost(hasWaiting: true)]
        #expect(events == [false, false])
        #expect(lane.state == .closed)
    }
}
