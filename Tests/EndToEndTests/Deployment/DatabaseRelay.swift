internal import Glibc
internal import Reactor
internal import Synchronization

/// Stands between a server and Postgres. When it is cut, connections stay open and nothing passes
/// any more, as when a cable is pulled: nobody is told that the other end is gone.
final class DatabaseRelay: Sendable {
    /// What a server is given as Postgres's `host`.
    let folder: String

    private struct State {
        var isCut = false
        var isOver = false
        /// What Postgres sends by itself is taken out of what it answers.
        var swallowsNotifications = false
        /// By the descriptor of Postgres's end.
        var filters: [CInt: NotificationFilter] = [:]
        var listener: CInt
        /// Both ends of a connection, each under the other's descriptor.
        var peers: [CInt: CInt] = [:]
    }

    private static let name = ".s.PGSQL.5432"
    /// How long it takes to notice that it was cut or mended.
    private static let turnMilliseconds: CInt = 10

    private let target: String
    private let state: Mutex<State>
    private let thread = BlockingThread(name: "relay")

    /// - Parameter folder: Is made.
    init(to postgres: Deployment.Postgres, in folder: String) throws {
        self.folder = folder
        target = "\(postgres.socketFolder)/\(Self.name)"
        guard mkdir(folder, 0o700) == 0 else {
            throw DeploymentError("no folder for the relay: errno \(errno)")
        }
        let listener = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        guard Self.withAddress("\(folder)/\(Self.name)", { bind(listener, $0, $1) }) == 0,
            listen(listener, 64) == 0
        else { throw DeploymentError("the relay cannot listen: errno \(errno)") }
        state = Mutex(State(listener: listener))
        thread.submit { [self] in while turn() {} }
    }

    /// When it returns, nothing passes.
    func cut() { state.withLock { $0.isCut = true } }

    func mend() { state.withLock { $0.isCut = false } }

    /// From now on no notification gets through; everything else does.
    func swallowNotifications() { state.withLock { $0.swallowsNotifications = true } }

    /// Closes everything.
    func end() { state.withLock { $0.isOver = true } }

    /// Passes on what there is, or waits a moment for something.
    private func turn() -> Bool {
        var watched: [pollfd] = []
        let goesOn = state.withLock { state in
            guard !state.isOver else {
                close(state.listener)
                for descriptor in state.peers.keys { close(descriptor) }
                return false
            }
            let descriptors = state.isCut ? [] : [state.listener] + state.peers.keys
            watched = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            return true
        }
        guard goesOn else { return false }
        poll(&watched, nfds_t(watched.count), Self.turnMilliseconds)
        state.withLock { state in
            guard !state.isCut else { return }
            for entry in watched where entry.revents != 0 {
                if entry.fd == state.listener {
                    accept(&state)
                } else {
                    pass(entry.fd, &state)
                }
            }
        }
        return true
    }

    private func accept(_ state: inout State) {
        let client = Glibc.accept(state.listener, nil, nil)
        guard client >= 0 else { return }
        let server = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        guard Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
            close(client)
            close(server)
            return
        }
        state.peers[client] = server
        state.peers[server] = client
        state.filters[server] = NotificationFilter()
    }

    private func pass(_ descriptor: CInt, _ state: inout State) {
        // An earlier entry of this turn may have ended it.
        guard let peer = state.peers[descriptor] else { return }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        var bytes = Array(buffer.prefix(max(0, count)))
        if let kept = state.filters[descriptor]?.pass(bytes), state.swallowsNotifications {
            bytes = kept
        }
        var sent = 0
        while sent < bytes.count {
            let more = bytes.withUnsafeBytes { bytes in
                send(
                    peer, bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
                    CInt(MSG_NOSIGNAL))
            }
            guard more > 0 else { break }
            sent += more
        }
        guard count <= 0 || sent < bytes.count else { return }
        state.filters[descriptor] = nil
        state.filters[peer] = nil
        state.peers[descriptor] = nil
        state.peers[peer] = nil
        close(descriptor)
        close(peer)
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                body(generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
