internal import GoldenVectors
internal import TestProtos
internal import Testing

@testable internal import TTRPC
@testable internal import echo_server

/// The frames of Interop/vectors, which were built from PROTOCOL.md alone.
@Suite("Golden frames", .timeLimit(.minutes(1)))
struct GoldenFramesTests {
    @Test("each frame's header says what its data is, and writes as it reads")
    func headers() throws {
        for call in try GoldenCall.all() {
            for frame in call.frames {
                let header = frame.header
                #expect(Int(header.length) == frame.data.count, "\(call)")
                #expect(header.stream == 1, "\(call)")
                #expect(
                    RawPeer.frame(
                        header.type, stream: header.stream, flags: header.flags, frame.data)
                        == frame.bytes, "\(call)")
            }
        }
    }

    @Test("each request's envelope reads as the call it opens, and is written so by the client")
    func requests() throws {
        for call in try GoldenCall.all() {
            let frame = try #require(call.frames.first)
            let isStream = frame.header.flags.contains(.remoteOpen)
            let payload = isStream ? [] : call.requests.first?.bytes ?? []
            try frame.data.withUnsafeBytes { bytes in
                let envelope = try RequestEnvelope(reading: bytes, limits: .init())
                #expect(Array(envelope.service) == Array(call.service.utf8), "\(call)")
                #expect(Array(envelope.method) == Array(call.method.utf8), "\(call)")
                #expect(Array(envelope.payload) == payload, "\(call)")
                let milliseconds = call.timeoutMilliseconds ?? 0
                #expect(envelope.timeoutNanoseconds == milliseconds * 1_000_000, "\(call)")
                let pairs = envelope.metadata.pairs.map { "\($0.key)=\($0.value)" }
                #expect(pairs == call.metadata.map { "\($0.key)=\($0.value)" }, "\(call)")
            }
            try compareWritten(call, frame, payload)
        }
    }

    /// The client writes the payload last, which is the same message with its fields in another
    /// order; without anything behind the payload the bytes are the same.
    private func compareWritten(
        _ call: GoldenCall, _ frame: GoldenCall.Frame, _ payload: [UInt8]
    ) throws {
        guard call.timeoutMilliseconds == nil, call.metadata.isEmpty else { return }
        var written = RequestEnvelope.head(
            service: call.service, method: call.method, timeout: nil, metadata: Metadata())
        if !payload.isEmpty {
            var field = ProtobufWriter()
            field.bytes(field: 3, payload)
            written += field.bytes
        }
        #expect(written == frame.data, "\(call)")
    }

    @Test("each response's envelope reads as what the call ended with")
    func responses() throws {
        for call in try GoldenCall.all() {
            let answer = call.frames.last { !$0.isFromClient && $0.header.type == .response }
            guard let answer else { continue }
            try answer.data.withUnsafeBytes { bytes in
                let envelope = try ResponseEnvelope(reading: bytes)
                guard let status = call.status else {
                    #expect(envelope.error == nil, "\(call)")
                    return
                }
                let error = try #require(envelope.error, "\(call)")
                #expect(error.code.rawValue == status.code, "\(call)")
                #expect(error.details.map(\.typeURL) == status.details.map(\.typeURL), "\(call)")
                #expect(error.details.map(\.value) == status.details.map(\.value), "\(call)")
            }
        }
    }

    @Test("the server writes each status, byte for byte")
    func failures() throws {
        for call in try GoldenCall.errors() {
            let status = try #require(call.status)
            let error = RPCError(
                RPCError.Code(rawValue: status.code), status.message,
                details: status.details.map { AnyMessage(typeURL: $0.typeURL, value: $0.value) })
            #expect(ResponseEnvelope.failure(error) == call.frames.last?.data, "\(call)")
        }
    }

    @Test("a server answers the client's frames with the frames that are written down")
    func transcripts() async throws {
        let calls = try GoldenCall.streams().filter(\.isEcho)
        #expect(calls.count > 10)
        try await TestServer.run(services: { EchoHandler().register(on: &$0) }) { server in
            for call in calls {
                let peer = try RawPeer(server.address)
                for frame in call.frames {
                    guard !frame.isFromClient else {
                        try await peer.send(frame.bytes)
                        continue
                    }
                    let came = try #require(try await peer.receive(), "\(call)")
                    #expect(came.header == frame.header, "\(call)")
                    #expect(came.data == frame.data, "\(call)")
                }
            }
        }
    }
}

extension GoldenCall.Frame {
    fileprivate var header: FrameHeader {
        bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.map { FrameHeader(reading: $0) }
                ?? FrameHeader(length: 0, stream: 0, type: .data)
        }
    }

    fileprivate var data: [UInt8] { Array(bytes.dropFirst(FrameHeader.byteCount)) }
}
