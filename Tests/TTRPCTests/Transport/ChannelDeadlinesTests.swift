internal import Testing

internal import Reactor
@testable internal import TTRPC

@Suite("Deadlines of a connection")
struct ChannelDeadlinesTests {
    private func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 0).advanced(by: .seconds(seconds))
    }

    private func limits() -> ChannelLimits {
        var limits = ChannelLimits()
        limits.handshakeTimeMax = .seconds(10)
        limits.frameTimeMax = .seconds(5)
        limits.writeTimeMax = .seconds(15)
        limits.writeProgressBytesMin = 100
        limits.idleTimeMax = .seconds(900)
        return limits
    }

    private func expired(_ verdict: ChannelDeadlines.Verdict) -> String? {
        if case .expired(let reason) = verdict { reason.description } else { nil }
    }

    private func next(_ verdict: ChannelDeadlines.Verdict) -> MonotonicInstant? {
        if case .checkAgain(let instant) = verdict { instant } else { nil }
    }

    @Test("a handshake has its time, and nothing else counts before it is done")
    func handshake() {
        var deadlines = ChannelDeadlines(limits: limits(), now: at(0), handshake: true)
        let verdict1 = deadlines.verdict(hasCalls: false, pending: 0, now: at(9))
        #expect(next(verdict1) == at(10))
        let verdict7 = deadlines.verdict(hasCalls: false, pending: 0, now: at(10))
        #expect(expired(verdict7) == ChannelCloseReason.handshakeTimedOut.description)
    }

    @Test("a frame that dribbles in is timed from its first byte")
    func slowFrame() {
        var deadlines = ChannelDeadlines(limits: limits(), now: at(0), handshake: false)
        let started = deadlines.received(isInsideFrame: true, completedFrame: false, now: at(1))
        #expect(started)
        let again = deadlines.received(isInsideFrame: true, completedFrame: false, now: at(4))
        #expect(!again)
        let verdict2 = deadlines.verdict(hasCalls: false, pending: 0, now: at(5))
        #expect(next(verdict2) == at(6))
        let verdict8 = deadlines.verdict(hasCalls: false, pending: 0, now: at(6))
        #expect(expired(verdict8) == ChannelCloseReason.frameTimedOut.description)
    }

    @Test("a completed frame starts the time anew for the one behind it")
    func nextFrame() {
        var deadlines = ChannelDeadlines(limits: limits(), now: at(0), handshake: false)
        _ = deadlines.received(isInsideFrame: true, completedFrame: false, now: at(1))
        _ = deadlines.received(isInsideFrame: true, completedFrame: true, now: at(5))
        let verdict3 = deadlines.verdict(hasCalls: false, pending: 0, now: at(6))
        #expect(next(verdict3) == at(10))
        _ = deadlines.received(isInsideFrame: false, completedFrame: true, now: at(7))
        let verdict4 = deadlines.verdict(hasCalls: false, pending: 0, now: at(8))
        #expect(next(verdict4) == at(907))
    }

    @Test("a peer that takes nothing is cut off; one that makes progress is not")
    func writing() {
        var deadlines = ChannelDeadlines(limits: limits(), now: at(0), handshake: false)
        let blocked = deadlines.writeBlocked(pending: 1000, now: at(0))
        #expect(blocked)
        deadlines.wrote(100, pending: 900, now: at(10))
        let verdict5 = deadlines.verdict(hasCalls: true, pending: 900, now: at(15))
        #expect(next(verdict5) == at(30))
        deadlines.wrote(99, pending: 801, now: at(20))
        let verdict9 = deadlines.verdict(hasCalls: true, pending: 801, now: at(30))
        #expect(expired(verdict9) == ChannelCloseReason.writeTimedOut.description)
    }

    @Test("a connection without calls ends when it is silent; one with calls does not")
    func idle() {
        var deadlines = ChannelDeadlines(limits: limits(), now: at(0), handshake: false)
        let verdict6 = deadlines.verdict(hasCalls: true, pending: 0, now: at(900))
        #expect(next(verdict6) == at(1800))
        let verdict10 = deadlines.verdict(hasCalls: false, pending: 0, now: at(900))
        #expect(expired(verdict10) == ChannelCloseReason.idle.description)
    }
}
