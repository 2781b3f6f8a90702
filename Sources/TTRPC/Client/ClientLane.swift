internal import OpenSSL
internal import Reactor

/// One place in a client's pool: a connection that is made when a call needs it and replaced when
/// it is lost, and the calls that wait for it. `ClientConnectivity` decides; this performs.
///
/// `@unchecked Sendable`: the state is touched on the loop alone, where callers hop to.
final class ClientLane: @unchecked Sendable {
    let loop: EventLoop
    private let target: ClientTarget
    private let limits: ClientLimits
    private let buffers: ChannelBuffers
    private let firstID: UInt32
    /// See `ClientConfiguration`.
    let tellsOfUnaryCallsGivenUp: Bool
    private var connectivity: ClientConnectivity
    private var waiting = WaitingCalls<ClientCall>()
    /// The connection that new calls go to.
    private var connection: ClientConnection?
    /// The connection that is being made, and the addresses to try after it.
    private var connecting: ClientConnection?
    private var addresses: ArraySlice<KernelAddress> = []
    private var tls: TLSContext?
    /// Connections that only finish their calls.
    private var retired: [ObjectIdentifier: ClientConnection] = [:]
    private var restTimer: Reactor.Timer?

    /// - Parameter firstID: The id of the first stream of each connection; a test begins near the
    ///   end of the ids.
    init(
        target: ClientTarget, limits: ClientLimits, buffers: ChannelBuffers, loop: EventLoop,
        firstID: UInt32 = 1, tellsOfUnaryCallsGivenUp: Bool = false
    ) {
        self.tellsOfUnaryCallsGivenUp = tellsOfUnaryCallsGivenUp
        self.target = target
        self.limits = limits
        self.buffers = buffers
        self.loop = loop
        self.firstID = firstID
        connectivity = ClientConnectivity(
            delayMin: limits.reconnectDelayMin, delayMax: limits.reconnectDelayMax)
    }

    var isClosed: Bool { connectivity.state == .closed }

    // MARK: - Calls

    func start(_ call: ClientCall) {
        switch connectivity.callArrived(waitForReady: call.waitForReady) {
        case .send:
            if let connection, waiting.isEmpty, connection.hasRoom {
                connection.send(call)
            } else {
                enqueue(call)
            }
        case .wait: enqueue(call)
        case .connectAndWait:
            enqueue(call)
            connect()
        case .fail(let error): call.fail(error, .notConnected)
        }
    }

    private func enqueue(_ call: ClientCall) {
        guard waiting.count < limits.waitingCallsMax else {
            call.fail(
                RPCError(
                    .resourceExhausted,
                    "at most \(limits.waitingCallsMax) calls may wait for a connection"),
                .notBegun)
            return
        }
        call.wait(ticket: waiting.append(call))
    }

    func leaveQueue(_ ticket: UInt64) {
        waiting.remove(ticket)
    }

    /// A call has ended on `connection`, or it takes bytes again.
    func roomFreed(on connection: ClientConnection) {
        guard !waiting.isEmpty, connection === self.connection else { return }
        sendWaiting()
    }

    private func sendWaiting() {
        while let connection, connection.hasRoom, let call = waiting.popFirst() {
            connection.send(call)
        }
    }

    // MARK: - Connecting

    private func connect() {
        if let prepared = target.preparedAtOnce {
            begin(prepared)
            return
        }
        BlockingThread.shared.submit { [self] in
            let result: Result<ClientTarget.Prepared, RuntimeError>
            do throws(RuntimeError) {
                result = .success(try target.prepare())
            } catch {
                result = .failure(error)
            }
            loop.execute { [self] in prepared(result) }
        }
    }

    private func prepared(_ result: Result<ClientTarget.Prepared, RuntimeError>) {
        guard connectivity.state == .connecting else { return }
        switch result {
        case .success(let prepared): begin(prepared)
        case .failure(let error): connectFailed(error.description)
        }
    }

    private func begin(_ prepared: ClientTarget.Prepared) {
        addresses = prepared.addresses[...]
        tls = prepared.tls
        tryNextAddress(after: "\(target.address) has no address")
    }

    /// Tries the addresses one after the other; `reason` says why the one before failed.
    private func tryNextAddress(after reason: String) {
        var reason = reason
        while let address = addresses.popFirst() {
            do {
                let connection = try open(address)
                connecting = connection
                connection.start()
                return
            } catch {
                reason = "\(target.address): \(error)"
            }
        }
        connectFailed(reason)
    }

    private func open(_ address: KernelAddress) throws -> ClientConnection {
        let socket = try Socket.open(family: address.family)
        if case .tcp = target.address {
            Socket.configureTCP(
                socket.number, unreachableTimeMax: limits.channel.unreachableTimeMax)
        }
        let isConnected = try Socket.connect(socket.number, to: address)
        let session = try tls.map {
            try TLSSession(
                context: $0, descriptor: socket.number, role: .client,
                serverName: target.serverName)
        }
        let channel = Channel(
            descriptor: socket, tls: session, isConnecting: !isConnected, pausesReading: false,
            limits: limits.channel, buffers: buffers, loop: loop)
        return ClientConnection(channel: channel, limits: limits, lane: self, firstID: firstID)
    }

    private func connectFailed(_ reason: String) {
        rest(for: connectivity.failed(reason, jitter: .random(in: Backoff.jitters)), reason)
    }

    /// The connection accepted calls and ended before the first answer.
    private func hungUp(_ reason: String) {
        rest(for: connectivity.hungUp(reason, jitter: .random(in: Backoff.jitters)), reason)
    }

    private func rest(for delay: Duration, _ reason: String) {
        if tls != nil { target.forgetTLSContext() }
        restTimer = loop.schedule(after: delay) { [self] in rested() }
        guard case .resting = connectivity.state else { return }
        for call in waiting.removeAll(where: { !$0.waitForReady }) {
            call.fail(ClientConnectivity.unavailable(reason), .notConnected)
        }
    }

    private func rested() {
        restTimer = nil
        if connectivity.rested(hasWaiting: !waiting.isEmpty) { connect() }
    }

    // MARK: - What connections tell

    func didOpen(_ connection: ClientConnection) {
        guard connection === connecting else { return }
        connecting = nil
        addresses = []
        self.connection = connection
        connectivity.connected()
        sendWaiting()
    }

    /// A first answer has come.
    func didProve(_ connection: ClientConnection) {
        if connection === self.connection { connectivity.provedGood() }
    }

    /// The connection is gone; its calls, if any, are told after this.
    func didClose(_ connection: ClientConnection, _ reason: String) {
        if connection === connecting {
            connecting = nil
            tryNextAddress(after: "\(target.address): \(reason)")
        } else if connection === self.connection {
            self.connection = nil
            if connection.hasCalls, !connection.isProved {
                hungUp("\(target.address): \(reason)")
            } else if connectivity.lost(hasWaiting: !waiting.isEmpty) {
                connect()
            }
        } else {
            retired[ObjectIdentifier(connection)] = nil
        }
    }

    /// `connection` takes no new calls: its server drains, or its ids are used up.
    func retire(_ connection: ClientConnection) {
        guard connection === self.connection else { return }
        self.connection = nil
        retired[ObjectIdentifier(connection)] = connection
        connection.retire()
        if connectivity.lost(hasWaiting: !waiting.isEmpty) { connect() }
    }

    // MARK: - The end

    /// Ends every call and every connection; nothing begins after this.
    func close() {
        guard !isClosed else { return }
        connectivity.close()
        // A loop that its owner has stopped already has no timers and no sockets any more.
        guard loop.isCurrent else { return }
        if let restTimer { loop.cancel(restTimer) }
        restTimer = nil
        addresses = []
        let connections = [connection, connecting].compactMap(\.self) + retired.values
        connection = nil
        connecting = nil
        retired = [:]
        for connection in connections { connection.close(ending: ClientConnectivity.closedError) }
        for call in waiting.removeAll() { call.fail(ClientConnectivity.closedError, .notBegun) }
    }
}
