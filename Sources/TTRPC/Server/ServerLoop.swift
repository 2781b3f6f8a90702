internal import OpenSSL
internal import Reactor

/// A listening socket that has been opened but not yet put on a loop.
///
/// `@unchecked Sendable`: the descriptor is taken out once, by the loop that gets it.
final class OpenListener: @unchecked Sendable {
    /// Where it listens, with the real port.
    let address: SocketAddress
    let tls: ListenerTLS?
    private var descriptor: Descriptor?

    /// Binds, listens and loads the certificates; blocks.
    init(_ configuration: ListenerConfiguration) throws {
        tls = try configuration.tls.map { try ListenerTLS($0) }
        let descriptor = try Listener.open(configuration)
        if case .tcp(let host, _) = configuration.address {
            address = .tcp(host: host, port: try Socket.localAddress(descriptor.number).port)
        } else {
            address = configuration.address
        }
        self.descriptor = consume descriptor
    }

    func take() -> Descriptor? { descriptor.take() }
}

/// A server's part on one loop: its listeners and its connections.
///
/// `@unchecked Sendable`: the state is touched on the loop alone; the methods hop there.
final class ServerLoop: @unchecked Sendable {
    private static let lastAnswerTimeMax = Duration.seconds(1)

    private let core: ServerCore
    private let loop: EventLoop
    private let buffers: ChannelBuffers
    private var listeners: [Listener] = []
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var isDraining = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(core: ServerCore, loop: EventLoop) {
        self.core = core
        self.loop = loop
        buffers = ChannelBuffers(keptBytes: core.keptBytes, unsentBytes: core.unsentBytes)
    }

    /// Accepts on this loop and gives the connections to `loops` in turn.
    func listen(_ open: OpenListener, sharing loops: [ServerLoop]) async throws {
        let result: Result<Void, SystemError> = await withCheckedContinuation { continuation in
            loop.execute { [self] in
                continuation.resume(returning: startListening(open, sharing: loops))
            }
        }
        try result.get()
    }

    private func startListening(
        _ open: OpenListener, sharing loops: [ServerLoop]
    ) -> Result<Void, SystemError> {
        guard let descriptor = open.take() else { return .success(()) }
        var turn = 0
        let isUnix = if case .unix = open.address { true } else { false }
        let listener = Listener(
            descriptor: descriptor, loop: loop,
            onAccept: { descriptor in
                let target = loops[turn % loops.count]
                turn &+= 1
                target.adopt(descriptor, tls: open.tls, isUnix: isUnix)
            },
            onPause: { [core] in core.log(.acceptPaused(reason: $0.description)) })
        do {
            try listener.start()
            listeners.append(listener)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Takes an accepted socket, from whichever loop accepted it.
    private func adopt(_ descriptor: consuming Descriptor, tls: ListenerTLS?, isUnix: Bool) {
        guard !loop.isCurrent else {
            serve(descriptor, tls: tls, isUnix: isUnix)
            return
        }
        let number = descriptor.release()
        loop.execute { [self] in
            serve(Descriptor(owning: number), tls: tls, isUnix: isUnix)
        }
    }

    private func serve(_ descriptor: consuming Descriptor, tls: ListenerTLS?, isUnix: Bool) {
        guard !isDraining, let peer = Self.peer(of: descriptor.number, isUnix: isUnix) else {
            return
        }
        if let limit = limitExceeded(by: peer) {
            core.log(.connectionOverLimit(peer: peer.address, limit: limit))
            return
        }
        if !isUnix {
            Socket.configureTCP(
                descriptor.number, unreachableTimeMax: core.limits.channel.unreachableTimeMax)
        }
        let session: TLSSession?
        do {
            session = try tls.map {
                try TLSSession(
                    context: $0.context, descriptor: descriptor.number, role: .server,
                    serverName: nil)
            }
        } catch {
            core.connectionEnded(of: peer)
            core.log(.connectionEnded(peer: peer.address, reason: "TLS: \(error)"))
            return
        }
        let channel = Channel(
            descriptor: descriptor, tls: session, isConnecting: false,
            pausesReading: true, limits: core.limits.channel, buffers: buffers, loop: loop)
        let connection = ServerConnection(core: core, channel: channel, tls: tls, peer: peer) {
            [weak self] in self?.closed($0, peer)
        }
        connections[ObjectIdentifier(connection)] = connection
        connection.start()
    }

    /// Counts a connection in; the limit it is over, or nil when it may stay. Every interceptor is
    /// asked once, because asking may count.
    private func limitExceeded(by peer: Peer) -> String? {
        core.interceptor?.connectionAccepted(peer) ?? core.admitConnection(of: peer)
    }

    /// Nil when the peer is gone again already.
    private static func peer(of number: CInt, isUnix: Bool) -> Peer? {
        do {
            if isUnix {
                return Peer(
                    address: "unix", ipAddress: nil,
                    credentials: try Socket.peerCredentials(number))
            }
            let address = try Socket.peerAddress(number)
            let host = address.numericHost
            return Peer(
                address: SocketAddress.tcp(host: host, port: address.port).description,
                ipAddress: host, credentials: nil)
        } catch {
            return nil
        }
    }

    private func closed(_ connection: ServerConnection, _ peer: Peer) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        core.connectionEnded(of: peer)
        guard connections.isEmpty else { return }
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }

    // MARK: - Revocation

    /// How many connections are looked at in one turn; each look costs some microseconds.
    private static let connectionsPerTurnMax = 256

    /// Closes the connections whose certificates the lists revoke that were just read.
    func endRevoked() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                endRevoked(Array(connections.values)[...]) { continuation.resume() }
            }
        }
    }

    private func endRevoked(
        _ rest: ArraySlice<ServerConnection>, then finish: @escaping () -> Void
    ) {
        for connection in rest.prefix(Self.connectionsPerTurnMax) { connection.closeIfRevoked() }
        let later = rest.dropFirst(Self.connectionsPerTurnMax)
        guard !later.isEmpty else { return finish() }
        let bound = LoopBound((later, finish), loop: loop)
        loop.execute { [self] in endRevoked(bound.value.0, then: bound.value.1) }
    }

    // MARK: - Drain

    /// Stops accepting.
    func stopListening() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                for listener in listeners { listener.stop() }
                listeners = []
                continuation.resume()
            }
        }
    }

    /// Refuses new calls. When it begins, no loop accepts any more: what was accepted before is on
    /// its loop by then, since both came through the loop's inbox in this order.
    func drain() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                isDraining = true
                for connection in connections.values { connection.drain() }
                continuation.resume()
            }
        }
    }

    /// Returns once every connection is closed; after `limit` what is left is ended.
    ///
    /// A connection without calls stays for `drainIdleTime`: a call that is just on its way is then
    /// told that it was not begun, where a closed connection would leave its caller to guess.
    func untilClosed(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                guard !connections.isEmpty else {
                    continuation.resume()
                    return
                }
                waiters.append(continuation)
                loop.schedule(after: min(limit, core.limits.drainIdleTime)) { [weak self] in
                    guard let self else { return }
                    for connection in connections.values { connection.closeWhenIdle() }
                }
                loop.schedule(after: limit) { [weak self] in self?.endAll() }
            }
        }
    }

    /// Ends what a drain could not wait for. Whoever does not read its last answer within
    /// `lastAnswerTimeMax` is cut off.
    private func endAll() {
        let error = core.stoppedError
        for connection in connections.values { connection.close(ending: error) }
        loop.schedule(after: Self.lastAnswerTimeMax) { [weak self] in
            guard let self else { return }
            for connection in connections.values { connection.close() }
        }
    }
}
