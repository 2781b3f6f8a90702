internal import Testing

@testable internal import TTRPC

@Suite("Streams of a connection, server side")
struct ServerStreamsTests {
    private func code(_ action: ServerStreams<Int>.RequestAction) -> RPCError.Code? {
        if case .refuse(let error) = action { error.code } else { nil }
    }

    @Test("odd, increasing ids open streams; others are refused and harm nothing")
    func ids() {
        var streams = ServerStreams<Int>(callsMax: 10)
        let ids: [(UInt32, RPCError.Code?)] = [
            (1, nil), (1, .invalidArgument), (2, .invalidArgument), (0, .invalidArgument),
            (7, nil), (5, .invalidArgument), (.max, nil),
        ]
        for (id, expected) in ids {
            let action = streams.receiveRequest(id)
            #expect(code(action) == expected, "stream \(id)")
        }
    }

    @Test("one call more than the limit is refused, and its id is used up")
    func callLimit() {
        var streams = ServerStreams<Int>(callsMax: 2)
        for id: UInt32 in [1, 3] {
            _ = streams.receiveRequest(id)
            streams.register(id, Int(id), isRemoteOpen: false)
        }
        let third = streams.receiveRequest(5)
        #expect(code(third) == .resourceExhausted)
        let ended = streams.end(1)
        #expect(ended)
        let reused = streams.receiveRequest(5)
        #expect(code(reused) == .invalidArgument)
        let next = streams.receiveRequest(7)
        #expect(next == .dispatch)
    }

    @Test("data reaches an open stream, and the end closes it")
    func data() {
        var streams = ServerStreams<Int>(callsMax: 2)
        _ = streams.receiveRequest(1)
        streams.register(1, 42, isRemoteOpen: true)
        guard case .deliver(42, hasMessage: true, isEnd: false) = streams.receiveData(1, flags: [])
        else { Issue.record("the message was not delivered"); return }
        guard
            case .deliver(42, hasMessage: false, isEnd: true) =
                streams.receiveData(1, flags: [.remoteClosed, .noData])
        else { Issue.record("the end was not delivered"); return }
        guard case .fail(42, let error) = streams.receiveData(1, flags: []) else {
            Issue.record("data after the end was not refused")
            return
        }
        #expect(error.code == .invalidArgument)
    }

    @Test("a stream is given up by one frame while the client may send, and after it")
    func givenUp() {
        for isRemoteOpen in [true, false] {
            var streams = ServerStreams<Int>(callsMax: 2)
            _ = streams.receiveRequest(1)
            streams.register(1, 42, isRemoteOpen: isRemoteOpen)
            guard case .giveUp(42) = streams.receiveData(1, flags: .givesUp) else {
                Issue.record("the stream was not given up")
                continue
            }
        }
    }

    @Test("data for a stream that has ended, or never was, is ignored")
    func unknownStream() {
        var streams = ServerStreams<Int>(callsMax: 2)
        _ = streams.receiveRequest(1)
        streams.register(1, 1, isRemoteOpen: true)
        let endings = [streams.end(1), streams.end(1)]
        #expect(endings == [true, false])
        for id: UInt32 in [1, 2, 99] {
            guard case .ignore = streams.receiveData(id, flags: []) else {
                Issue.record("stream \(id) was not ignored")
                continue
            }
        }
    }
}
