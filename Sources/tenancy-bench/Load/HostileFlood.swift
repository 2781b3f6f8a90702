internal import Glibc
internal import OpenSSL
internal import Reactor
internal import Synchronization
internal import TTRPC
internal import TenancyCommandLine

/// Connections that promise large frames, made on a thread of their own, because they block.
///
/// The hostile side shares the machine with the server that it attacks, and rests between its
/// steps: without that it would take a core, and what is measured would be the scheduler.
final class HostileFlood: Sendable {
    private static let promisedBytes: UInt32 = 4 << 20
    private static let promisesPerSecond = 5_000.0
    private static let restMicroseconds: UInt32 = 2_000

    private enum Phase: UInt8, AtomicRepresentable {
        case connecting, connected, promising, over
    }

    private let thread = BlockingThread(name: "hostile")
    private let target: ServerTarget
    private let connections: Int
    private let rate: Double
    private let phase = Atomic(Phase.connecting)

    /// - Parameter rate: How many connections a second are made, at most.
    init(target: ServerTarget, connections: Int, rate: Double) {
        self.target = target
        self.connections = connections
        self.rate = rate
    }

    /// Whether connections are still being made.
    var isConnecting: Bool { phase.load(ordering: .relaxed) == .connecting }

    /// Lets everybody who is connected promise.
    func promise() { move(from: .connected, to: .promising) }

    /// Lets go of what is open.
    func end() { phase.store(.over, ordering: .relaxed) }

    /// Connects, promises on every connection when it is told to, and stays until the end.
    ///
    /// - Throws: when a connection cannot be made, when the end came before all had promised, or
    ///   when a connection was closed before it.
    func run() async throws {
        try await thread.run { [self] in
            // Whoever waits for the connections waits no more, however this ends.
            defer { end() }
            let context = try target.tls.map { tls in
                // Without a certificate: whoever reaches the port may do this much.
                try TLSContext(TLSClientConfiguration(trustAnchors: .file(tls.trustRootsFile)))
            }
            var peers: [HostilePeer] = []
            peers.reserveCapacity(connections)
            try step(perSecond: rate) { _ in peers.append(try HostilePeer(target, context)) }
            move(from: .connecting, to: .connected)
            while phase.load(ordering: .relaxed) == .connected { usleep(Self.restMicroseconds) }
            let opening = RawSocket.requestHeader(stream: 1, promising: Self.promisedBytes) + [0]
            try step(perSecond: Self.promisesPerSecond) { try peers[$0].send(opening) }
            guard phase.load(ordering: .relaxed) == .promising else {
                throw CommandFailure(.negativeAnswer, "the flood was over before all had promised")
            }
            while phase.load(ordering: .relaxed) == .promising { usleep(Self.restMicroseconds) }
            let closed = peers.count { !$0.isOpen }
            guard closed == 0 else {
                throw CommandFailure(
                    .negativeAnswer, "\(closed) connections of the flood were closed early")
            }
        }
    }

    private func move(from old: Phase, to new: Phase) {
        _ = phase.compareExchange(expected: old, desired: new, ordering: .relaxed)
    }

    private func step(perSecond rate: Double, _ body: (Int) throws -> Void) throws {
        let begin = MonotonicInstant.now()
        for index in 0..<connections {
            let due = begin.advanced(by: .seconds(Double(index) / rate))
            while MonotonicInstant.now() < due { usleep(Self.restMicroseconds) }
            guard phase.load(ordering: .relaxed) != .over else { return }
            try body(index)
        }
    }
}

/// One connection of the flood. A class, because an array holds copyable things only; it stays on
/// the thread that made it.
private final class HostilePeer {
    private let socket: RawSocket
    private let session: TLSSession?

    init(_ target: ServerTarget, _ context: TLSContext?) throws {
        socket = try RawSocket(target.address)
        guard let context, case .tcp(let host, _) = target.address else {
            session = nil
            return
        }
        session = try TLSSession(
            context: context, descriptor: socket.descriptor, role: .client,
            serverName: target.tls?.serverName ?? host)
        // The socket blocks, and so does this.
        guard try session?.handshake() == .done else {
            throw CommandFailure(.negativeAnswer, "a handshake stopped half-way")
        }
    }

    /// Whether the server has not closed it.
    var isOpen: Bool { socket.isOpen }

    func send(_ bytes: [UInt8]) throws {
        guard let session else { return socket.send(bytes) }
        _ = try bytes.withUnsafeBytes { try session.write($0) }
    }
}
