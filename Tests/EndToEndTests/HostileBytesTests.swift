internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Bytes that no client sends", .timeLimit(.minutes(5)))
struct HostileBytesTests {
    /// What comes back to one beginning of a connection.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// Whether the sender says that no more comes.
        var endsSending = false
        let outcome: Outcome

        var testDescription: String { name }
    }

    enum Outcome: Sendable {
        case closes
        /// The connection stays, and this is the status on that stream.
        case answers(stream: UInt32, RPCError.Code)
    }

    static let cases: [Case] = [
        Case(
            name: "a header that is cut off", bytes: [0, 0, 0, 1, 0], endsSending: true,
            outcome: .closes),
        Case(
            name: "a frame that is cut off",
            bytes: RawFrame(
                stream: 1, type: RawFrame.request, data: [1, 2, 3], claimedLength: 100
            ).bytes,
            endsSending: true, outcome: .closes),
        Case(
            name: "garbage", bytes: [UInt8](repeating: 0xff, count: 64), outcome: .closes),
        Case(
            name: "an unknown frame type", bytes: RawFrame(stream: 1, type: 9).bytes,
            outcome: .closes),
        Case(
            name: "a response from a client",
            bytes: RawFrame(stream: 1, type: RawFrame.response).bytes, outcome: .closes),
        Case(
            name: "data of 4 GiB on no stream",
            bytes: RawFrame(stream: 1, type: RawFrame.data, claimedLength: .max).bytes,
            outcome: .closes),
        Case(
            name: "a request of 4 GiB, more than is skipped",
            bytes: RawFrame(stream: 1, type: RawFrame.request, claimedLength: .max).bytes,
            outcome: .closes),
        Case(
            name: "a request of 5 MiB",
            bytes: RawFrame(stream: 1, type: RawFrame.request, claimedLength: 5 << 20).bytes,
            outcome: .answers(stream: 1, .resourceExhausted)),
        Case(
            name: "an even stream id", bytes: RawFrame(stream: 2, type: RawFrame.request).bytes,
            outcome: .answers(stream: 2, .invalidArgument)),
        Case(
            name: "an envelope that is none",
            bytes: RawFrame(stream: 1, type: RawFrame.request, data: [0xff, 0xff, 0xff]).bytes,
            outcome: .answers(stream: 1, .invalidArgument)),
    ]

    @Test(
        "have a known outcome, and other connections do not notice", arguments: cases,
        [RawWay.unix, .tls])
    func outcome(of hostile: Case, over way: RawWay) async throws {
        let deployment = try await Deployment.shared()
        try await withBystander(deployment) {
            let frame = try await deployment.withRawConnection(over: way) { connection in
                connection.send(hostile.bytes)
                if hostile.endsSending { connection.finishSending() }
                return try connection.receive()
            }
            switch hostile.outcome {
            case .closes:
                #expect(frame == nil)
            case .answers(let stream, let code):
                let frame = try #require(frame)
                #expect(frame.stream == stream)
                #expect(frame.type == RawFrame.response)
                #expect(try frame.statusCode == code)
            }
        }
    }

    @Test(
        "sent to the TLS port in plain text close the connection",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "\u{0}\u{0}\u{0}"])
    func plainTextToTLS(text: String) async throws {
        let deployment = try await Deployment.shared()
        try await withBystander(deployment) {
            try await deployment.withRawConnection(over: .plainTextToTLS) { connection in
                connection.send(Array(text.utf8))
                connection.finishSending()
                // A TLS alert may come before the end.
                while try !connection.isClosedByServer() {}
            }
        }
    }

    @Test(
        "are refused for their stream only: the connection goes on", arguments: [RawWay.unix, .tls])
    func connectionGoesOn(over way: RawWay) async throws {
        let deployment = try await Deployment.shared()
        let steps: [(frame: RawFrame, code: RPCError.Code)] = [
            (RawFrame(stream: 4, type: RawFrame.request), .invalidArgument),
            (try .healthCheck(stream: 5), .ok),
            (try .healthCheck(stream: 5), .invalidArgument),
            (try .call("no.such.Service", "Check", stream: 7), .unimplemented),
            (try .call("grpc.health.v1.Health", "None", stream: 9), .unimplemented),
            (try .healthCheck(stream: 11), .ok),
        ]
        let frames = steps.map(\.frame)
        let codes = try await deployment.withRawConnection(over: way) { connection in
            try frames.map { frame in
                connection.send(frame.bytes)
                return try connection.receive()?.statusCode
            }
        }
        #expect(codes == steps.map(\.code))
    }

    @Test("one at a time are still a request", arguments: [RawWay.unix, .tls])
    func byteByByte(over way: RawWay) async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withRawConnection(over: way) { connection in
            for byte in try RawFrame.healthCheck(stream: 1).bytes {
                connection.send([byte])
            }
            return try connection.receive()?.statusCode
        }
        #expect(code == .ok)
    }

    /// Runs `body` beside a well-behaved client, which must not notice.
    private func withBystander(
        _ deployment: Deployment, _ body: () async throws -> Void
    ) async throws {
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("bystander")
            try await Bystander(services: services, code: code).whileWorking(body)
        }
    }
}
