internal import Synchronization
internal import Testing

@testable internal import Reactor
@testable internal import TTRPC

/// Handlers here work in many small steps, and wait for the loop's next turn between them. What is
/// counted is how many steps of others fall between two of one's own.
@Suite("Calls take turns", .timeLimit(.minutes(2)))
struct CallTurnsTests {
    /// The rest of a turn, and one step of each other line.
    private static let betweenMax = EventLoop.jobsPerTurnMax + 2

    @Test("a quiet connection's between those of a connection with hundreds")
    func connections() async throws {
        let steps = Steps()
        try await TestServer.run(services: { steps.register(on: &$0) }) { server in
            let flood = try await steps.flood(server, parties: [1])
            let quiet = try RawPeer(server.address)
            try await quiet.send(Steps.request(party: 1, stream: 1, isQuiet: true))
            #expect(try await quiet.receive()?.error == nil)
            try await steps.end(flood)
            #expect(steps.quiet.withLock { $0.count } == steps.quietCount)
            #expect(steps.mostBetween <= Self.betweenMax)
        }
    }

    @Test("a quiet party's between those of another on the same connection")
    func parties() async throws {
        let steps = Steps()
        try await TestServer.run(services: { steps.register(on: &$0) }) { server in
            let flood = try await steps.flood(server, parties: [1, 2])
            try await flood.send(
                Steps.request(party: 3, stream: Steps.floodCount * 2 + 1, isQuiet: true))
            #expect(try await flood.receive()?.header.stream == Steps.floodCount * 2 + 1)
            try await steps.end(flood)
            #expect(steps.quiet.withLock { $0.count } == steps.quietCount)
            #expect(steps.mostBetween <= Self.betweenMax)
        }
    }

    @Test("are one party's where an interceptor says so, whatever requests say")
    func told() async throws {
        // Each of its steps waits for one of every call of the flood.
        let steps = Steps(quietCount: 10)
        try await TestServer.run(
            interceptors: [OneParty()], services: { steps.register(on: &$0) }
        ) { server in
            let flood = try await steps.flood(server, parties: [1, 2])
            try await flood.send(
                Steps.request(party: 3, stream: Steps.floodCount * 2 + 1, isQuiet: true))
            #expect(try await flood.receive()?.header.stream == Steps.floodCount * 2 + 1)
            try await steps.end(flood)
            // In the line in which all of the flood stands.
            #expect(steps.mostBetween >= Steps.floodCount)
        }
    }

    @Test("of a party over its share so many may wait on a connection, and others have room there")
    func held() async throws {
        let steps = Steps(quietCount: 10)
        var limits = ServerLimits()
        // None of them is to end by itself, however slow the machine.
        limits.unaryTimeMax = .seconds(600)
        limits.heldCallsPerConnectionMax = 40
        try await TestServer.run(
            limits: limits, partySharePercent: 1, services: { steps.register(on: &$0) }
        ) { server in
            // Another, that has something to do as long as this lasts.
            let other = try RawPeer(server.address)
            try await other.send(Steps.request(party: 2, stream: 1))
            // To begin so many is more than had been saved up; none of them ends by itself.
            let peer = try RawPeer(server.address)
            var calls: [UInt8] = []
            for index in 0..<Steps.askedCount {
                calls += Steps.request(party: 1, stream: UInt32(index * 2 + 1))
            }
            try await peer.send(calls)
            try await peer.send(
                Steps.request(
                    party: 3, stream: UInt32(Steps.askedCount * 2 + 1), isQuiet: true))
            var refused = 0
            while true {
                let answer = try #require(try await peer.receive())
                if answer.header.stream == UInt32(Steps.askedCount * 2 + 1) {
                    #expect(try answer.error == nil)
                    break
                }
                let error = try answer.error
                #expect(error?.code == .resourceExhausted && error?.details.isEmpty == false)
                refused += 1
            }
            #expect((1...Steps.askedCount - limits.heldCallsPerConnectionMax).contains(refused))
            steps.endFlood()
            for _ in refused..<Steps.askedCount { #expect(try await peer.receive()?.error == nil) }
            #expect(try await other.receive()?.error == nil)
        }
    }

    @Test("a handler that finds thousands of messages gives way between them")
    func messages() async throws {
        let steps = Steps()
        try await TestServer.run(services: { steps.register(on: &$0) }) { server in
            let flood = try RawPeer(server.address)
            try await flood.send(Steps.stream())
            // All of them have come when this is answered.
            try await flood.send(RawPeer.request(EchoMethods.fast, stream: 3, []))
            #expect(try await flood.receive()?.header.stream == 3)
            let quiet = try RawPeer(server.address)
            try await quiet.send(Steps.request(party: 1, stream: 1, isQuiet: true))
            #expect(try await quiet.receive()?.error == nil)
            #expect(try await flood.receive()?.error == nil)
            #expect(steps.total == steps.quietCount + Steps.messageCount)
            #expect(steps.mostBetween <= ServerCall.messagesPerTurnMax + 1)
        }
    }
}

private struct OneParty: ServerInterceptor {
    func party(of context: borrowing ServerContext) -> CallParty { .party(9) }
}

/// A request of some party, which is its only byte but one that says whether it is the quiet one.
private struct PartyMessage: WireMessage, PartyRequest {
    let party: Int
    let isQuiet: Bool

    init(wire bytes: UnsafeRawBufferPointer) throws(RPCError) {
        party = Int(bytes.first ?? 0)
        isQuiet = bytes.count > 1
    }

    func encode(reserve: (Int) -> UnsafeMutableRawPointer) throws(RPCError) { _ = reserve(0) }
}

private final class Steps: Sendable {
    static let floodCount: UInt32 = 300
    private static let method = EchoMethods.Method(
        service: "ttrpc.testing.Steps", method: "Work", kind: .unary, isIdempotent: false)

    static let messageCount = 5_000
    private static let streaming = EchoMethods.Method(
        service: "ttrpc.testing.Steps", method: "Stream", kind: .clientStreaming,
        isIdempotent: false)

    /// How many steps the quiet call makes.
    let quietCount: Int
    /// How many steps were made of all calls, and which of them were the quiet call's.
    private let count = Atomic(0)
    let quiet = Mutex<[Int]>([])
    /// Open once the quiet call has begun.
    private let quietBegun = Gate()
    private let isOver = Atomic(false)
    private let begun = Counter()

    init(quietCount: Int = 50) { self.quietCount = quietCount }

    var total: Int { count.load(ordering: .relaxed) }

    var mostBetween: Int {
        let own = quiet.withLock { $0 }
        return zip(own, own.dropFirst()).map { $1 - $0 - 1 }.max() ?? .max
    }

    func register(on router: inout Router) {
        let method = MethodDescriptor<PartyMessage, PartyMessage>(
            service: Self.method.service, method: Self.method.method, kind: .unary,
            isIdempotent: false)
        router.unary(method) { [self] request, _ in
            if request.isQuiet {
                quietBegun.open()
                for _ in 0..<quietCount {
                    let step = count.wrappingAdd(1, ordering: .relaxed).newValue
                    quiet.withLock { $0.append(step) }
                    await nextStep()
                }
            } else {
                begun.increment()
                // A test that fails takes its connections with it. A handler that went on
                // would keep its loop, and every test that waits for a loop to stop.
                while !isOver.load(ordering: .relaxed), !Task.isCancelled {
                    count.wrappingAdd(1, ordering: .relaxed)
                    await nextStep()
                }
            }
            return request
        }
        router.clientStreaming(Self.streaming) { [self] requests, _ in
            try await quietBegun.wait()
            for try await _ in requests { count.wrappingAdd(1, ordering: .relaxed) }
            return RawMessage(bytes: [])
        }
    }

    private func nextStep() async {
        guard let loop = EventLoop.current else { preconditionFailure("handlers run on a loop") }
        await loop.nextTurn()
    }

    /// Opens a connection whose calls are all at work.
    func flood(_ server: TestServer, parties: [UInt8]) async throws -> RawPeer {
        let peer = try RawPeer(server.address)
        // At once: the handlers keep a processor busy from the first one on.
        var calls: [UInt8] = []
        for index in 0..<Self.floodCount {
            let party = parties[Int(index) % parties.count]
            calls += Self.request(party: party, stream: index * 2 + 1)
        }
        try await peer.send(calls)
        try await begun.reaches(Int(Self.floodCount))
        return peer
    }

    /// More calls than one connection may have at work for a party that is held.
    static let askedCount = 500

    func endFlood() { isOver.store(true, ordering: .relaxed) }

    func end(_ flood: RawPeer) async throws {
        isOver.store(true, ordering: .relaxed)
        for _ in 0..<Self.floodCount { #expect(try await flood.receive()?.error == nil) }
    }

    static func request(party: UInt8, stream: UInt32, isQuiet: Bool = false) -> [UInt8] {
        RawPeer.request(method, stream: stream, isQuiet ? [party, 1] : [party])
    }

    /// A whole stream of the client's.
    static func stream() -> [UInt8] {
        var bytes = RawPeer.request(streaming, stream: 1, [])
        for _ in 0..<messageCount { bytes += RawPeer.frame(.data, stream: 1, [1]) }
        return bytes + RawPeer.frame(.data, stream: 1, flags: [.remoteClosed, .noData])
    }
}
