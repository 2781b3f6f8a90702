internal import Glibc
internal import Reactor

/// A listening socket on one loop.
final class Listener: ReadinessHandler {
    /// How many connections one readiness event may bring before the next handler's turn. Each
    /// costs some 15 µs, and whoever waits behind them pays for all: a flood must not cost others
    /// more than a few calls' time a turn. One turn more costs a tenth of an accept.
    private static let acceptsPerEventMax = 4
    /// How long accepting rests when the process is out of descriptors or memory. Going on at once
    /// would spin: the connection that could not be taken keeps the socket readable.
    private static let pauseTime = Duration.milliseconds(50)

    private let loop: EventLoop
    private var descriptor: Descriptor?
    private var registration: Registration?
    private var resume: Reactor.Timer?
    private let onAccept: (consuming Descriptor) -> Void
    private let onPause: (SystemError) -> Void

    init(
        descriptor: consuming Descriptor, loop: EventLoop,
        onAccept: @escaping (consuming Descriptor) -> Void,
        onPause: @escaping (SystemError) -> Void
    ) {
        self.descriptor = consume descriptor
        self.loop = loop
        self.onAccept = onAccept
        self.onPause = onPause
    }

    func start() throws(SystemError) {
        guard let number = descriptor?.number else { return }
        registration = try loop.register(self, descriptor: number, interest: .readable)
    }

    func stop() {
        if let registration { loop.deregister(registration) }
        registration = nil
        if let resume { loop.cancel(resume) }
        resume = nil
        descriptor = nil
    }

    func descriptorIsReady(_ readiness: Readiness) {
        for _ in 0..<Self.acceptsPerEventMax {
            guard let number = descriptor?.number else { return }
            switch Socket.accept(number) {
            case .connection(let accepted): onAccept(Descriptor(owning: accepted))
            case .wouldBlock: return
            case .outOfResources(let error):
                pause(error)
                return
            }
        }
    }

    private func pause(_ error: SystemError) {
        guard var registration else { return }
        loop.setInterest([], of: &registration)
        self.registration = registration
        onPause(error)
        resume = loop.schedule(after: Self.pauseTime) { [weak self] in self?.goOn() }
    }

    private func goOn() {
        resume = nil
        guard var registration else { return }
        loop.setInterest(.readable, of: &registration)
        self.registration = registration
    }
}

extension Listener {
    /// Binds and listens. Blocks when a host name has to be resolved.
    static func open(_ configuration: ListenerConfiguration) throws(RuntimeError) -> Descriptor {
        let address = configuration.address
        do {
            if let inherited = configuration.inheritedDescriptor {
                try Socket.prepareInherited(inherited)
                return Descriptor(owning: inherited)
            }
            switch address {
            case .unix(let path): return try openUnix(path, configuration)
            case .tcp(let host, let port): return try openTCP(host, port)
            }
        } catch let error as RuntimeError {
            throw error
        } catch {
            throw RuntimeError(.cannotListen, "\(address)", cause: error)
        }
    }

    private static func openUnix(
        _ path: String, _ configuration: ListenerConfiguration
    ) throws -> Descriptor {
        let address = try KernelAddress(unixPath: path)
        try removeStaleSocket(path, address)
        let socket = try Socket.open(family: AF_UNIX)
        // Nobody can connect before `listen`, so owner and mode are right before anybody could use
        // it.
        try Socket.bind(socket.number, to: address)
        if configuration.unixOwner != nil || configuration.unixGroup != nil {
            // All bits set leaves what is there.
            let owner = configuration.unixOwner ?? .max
            let group = configuration.unixGroup ?? .max
            guard chown(path, owner, group) == 0 else { throw SystemError("chown") }
        }
        guard chmod(path, mode_t(configuration.unixMode)) == 0 else { throw SystemError("chmod") }
        try Socket.listen(socket.number)
        return socket
    }

    /// A server that was killed leaves its socket's file behind; one that lives answers there.
    private static func removeStaleSocket(_ path: String, _ address: KernelAddress) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw RuntimeError(.cannotListen, "\(path) exists and is not a socket")
        }
        let probe = try Socket.open(family: AF_UNIX)
        do {
            _ = try Socket.connect(probe.number, to: address)
        } catch {
            guard error.number == ECONNREFUSED else { throw error }
            _ = unlink(path)
            return
        }
        throw RuntimeError(.cannotListen, "another server listens on \(path)")
    }

    private static func openTCP(_ host: String, _ port: UInt16) throws -> Descriptor {
        guard let address = try KernelAddress.resolve(host: host, port: port).first else {
            throw RuntimeError(.cannotListen, "\(host) has no address")
        }
        let socket = try Socket.open(family: address.family)
        Socket.setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
        try Socket.bind(socket.number, to: address)
        try Socket.listen(socket.number)
        return socket
    }
}
