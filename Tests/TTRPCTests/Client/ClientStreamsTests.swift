internal import Testing

@testable internal import TTRPC

@Suite("Streams of a connection, client side")
struct ClientStreamsTests {
    /// An action in a form that compares.
    private func text(_ action: ClientStreams<Int>.Action) -> String {
        switch action {
        case .answer(let call): "answer \(call)"
        case .deliver(let call, let hasMessage, let isEnd):
            "deliver \(call)\(hasMessage ? " message" : "")\(isEnd ? " end" : "")"
        case .fail(let call, let error, let tellServer):
            "fail \(call) \(error.code)\(tellServer ? " tell" : "")"
        case .ignore: "ignore"
        }
    }

    private func streams(_ kinds: [MethodKind]) -> ClientStreams<Int> {
        var streams = ClientStreams<Int>()
        for kind in kinds {
            guard let id = streams.nextID else { break }
            streams.register(id, Int(id), kind: kind)
        }
        return streams
    }

    @Test("ids are odd and increase, whatever ends in between")
    func ids() {
        var streams = ClientStreams<Int>()
        var ids: [UInt32] = []
        for _ in 0..<4 {
            guard let id = streams.nextID else { break }
            ids.append(id)
            streams.register(id, 0, kind: .unary)
            _ = streams.receiveResponse(id)
        }
        #expect(ids == [1, 3, 5, 7])
    }

    @Test("after the last id there is none, and the last stream still works")
    func exhaustion() {
        var streams = ClientStreams<Int>(firstID: .max - 2)
        streams.register(.max - 2, 1, kind: .unary)
        #expect(streams.nextID == .max)
        streams.register(.max, 2, kind: .unary)
        #expect(streams.nextID == nil)
        #expect(text(streams.receiveResponse(.max)) == "answer 2")
    }

    @Test("a response frame ends a call of every kind, once", arguments: MethodKind.allCases)
    func response(kind: MethodKind) {
        var streams = streams([kind])
        #expect(text(streams.receiveResponse(1)) == "answer 1")
        #expect(streams.isEmpty)
        #expect(text(streams.receiveResponse(1)) == "ignore")
    }

    @Test(
        "data means message, end or both by its flags",
        arguments: [
            ([], "deliver 1 message", 1), ([.remoteClosed], "deliver 1 message end", 0),
            ([.remoteClosed, .noData], "deliver 1 end", 0), ([.noData], "deliver 1", 1),
        ] as [(FrameFlags, String, Int)])
    func data(flags: FrameFlags, expected: String, left: Int) {
        var streams = streams([.serverStreaming])
        #expect(text(streams.receiveData(1, flags: flags)) == expected)
        #expect(streams.count == left)
    }

    @Test(
        "data for a method with one answer fails the call",
        arguments: [MethodKind.unary, .clientStreaming])
    func dataForOneAnswer(kind: MethodKind) {
        var streams = streams([kind])
        #expect(text(streams.receiveData(1, flags: [])) == "fail 1 INTERNAL tell")
        #expect(streams.isEmpty)
    }

    @Test("frames for streams that ended, were given up or never were are ignored")
    func unknownStreams() {
        var streams = streams([.unary, .bidirectionalStreaming])
        let forgotten = [streams.forget(3), streams.forget(3)]
        #expect(forgotten == [true, false])
        for id: UInt32 in [0, 2, 3, 99, .max] {
            #expect(text(streams.receiveResponse(id)) == "ignore", "stream \(id)")
            #expect(text(streams.receiveData(id, flags: [])) == "ignore", "stream \(id)")
            let header = FrameHeader(length: 1, stream: id, type: .init(rawValue: 9))
            #expect(text(streams.receiveUnknown(header)) == "ignore", "stream \(id)")
            #expect(text(streams.receiveOversized(header, dataBytesMax: 1)) == "ignore")
        }
        #expect(streams.count == 1)
    }

    @Test("an oversized frame ends its stream; a server that may go on is told")
    func oversized() {
        var streams = streams([.unary, .serverStreaming])
        let response = FrameHeader(length: 100, stream: 1, type: .response)
        #expect(
            text(streams.receiveOversized(response, dataBytesMax: 10))
                == "fail 1 RESOURCE_EXHAUSTED")
        let data = FrameHeader(length: 100, stream: 3, type: .data)
        #expect(
            text(streams.receiveOversized(data, dataBytesMax: 10))
                == "fail 3 RESOURCE_EXHAUSTED tell")
        #expect(streams.isEmpty)
    }

    @Test("a frame that servers do not send fails its stream", arguments: [UInt8(0), 1, 4, 255])
    func unknownType(type: UInt8) {
        var streams = streams([.unary])
        let header = FrameHeader(length: 0, stream: 1, type: .init(rawValue: type))
        #expect(text(streams.receiveUnknown(header)) == "fail 1 INTERNAL tell")
    }

    @Test("this side closes once, and only where it streams")
    func halfClose() {
        var streams = streams([.unary, .clientStreaming, .bidirectionalStreaming])
        let closed = [1, 3, 3, 5, 7].map { streams.closeLocal($0) }
        #expect(closed == [false, true, false, true, false])
        #expect(!streams.isLocalOpen(5))
    }

    @Test("when the connection goes, every call ends, in the order of the streams")
    func removeAll() {
        var streams = streams([MethodKind](repeating: .unary, count: 20))
        let calls = streams.removeAll()
        #expect(calls == Array(stride(from: 1, to: 40, by: 2)))
        #expect(streams.isEmpty)
    }
}
