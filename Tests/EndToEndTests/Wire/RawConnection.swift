internal import Glibc

/// A connection that sends whatever bytes a test likes, and blocks while it waits. Its methods are
/// called on a thread of its own: see `Deployment.withRawConnection`.
final class RawConnection: Sendable {
    private let descriptor: CInt
    /// The program between us and the server when the connection is TLS. It owns the descriptor.
    private let program: Conversation?

    /// Longer than any deadline of the server's, so that only a server that hangs is noticed.
    private static let receiveMillisecondsMax: CInt = 60_000

    private init(_ descriptor: CInt, program: Conversation? = nil) {
        self.descriptor = descriptor
        self.program = program
    }

    deinit {
        if let program {
            program.kill()
        } else {
            close(descriptor)
        }
    }

    // MARK: Connecting

    static func unix(_ path: String) throws -> RawConnection {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: Array(path.utf8).prefix(target.count - 1))
        }
        return try connect(AF_UNIX, &address)
    }

    /// TCP without TLS.
    static func plainText(port: UInt16) throws -> RawConnection {
        var address = sockaddr_in.loopback(port: port)
        return try connect(AF_INET, &address)
    }

    /// TLS by OpenSSL's own client, so that nothing of ours helps.
    static func tls(port: UInt16, trustRoots: String) throws -> RawConnection {
        let program = try Conversation(
            "/usr/bin/openssl",
            [
                "s_client", "-connect", "localhost:\(port)", "-alpn", "ttrpc",
                "-CAfile", trustRoots, "-verify_return_error", "-quiet", "-no_ign_eof",
                "-nocommands",
            ], errors: try TemporaryFile())
        return RawConnection(program.descriptor, program: program)
    }

    private static func connect<Address>(
        _ family: CInt, _ address: inout Address
    ) throws -> RawConnection {
        let descriptor = Glibc.socket(
            family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw DeploymentError("socket: errno \(errno)") }
        let connection = RawConnection(descriptor)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else { throw DeploymentError("connect: errno \(errno)") }
        return connection
    }

    // MARK: Sending

    /// Sends everything, or as much as the server takes before it closes the connection.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write($0, flags: 0) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Sends what fits at once; nil when nothing does, or the connection is closed.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int? {
        let count = bytes.withUnsafeBytes { write($0, flags: CInt(MSG_DONTWAIT)) }
        return count > 0 ? count : nil
    }

    /// SIGPIPE would end the tests: a server that closes first is what they are about.
    private func write(_ bytes: UnsafeRawBufferPointer, flags: CInt) -> Int {
        Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags | CInt(MSG_NOSIGNAL))
    }

    /// Says that no more will be sent.
    func finishSending() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// How many bytes sent over a Unix socket the server has not read yet.
    var bytesNotYetRead: Int {
        var count: CInt = 0
        return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }

    // MARK: Receiving

    /// The next frame; nil when the server has closed the connection.
    func receive() throws -> RawFrame? {
        guard let header = try receive(count: RawFrame.headerByteCount) else { return nil }
        let length = header[0..<4].reduce(0) { $0 << 8 | UInt32($1) }
        let stream = header[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
        guard let data = try receive(count: Int(length)) else { return nil }
        return RawFrame(stream: stream, type: header[8], flags: header[9], data: data)
    }

    /// True when the server closes the connection without a frame in between.
    func isClosedByServer() throws -> Bool {
        try receive(count: 1) == nil
    }

    private func receive(count: Int) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&event, 1, Self.receiveMillisecondsMax)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                throw DeploymentError("the server neither answered nor closed the connection")
            }
            let step = bytes[received...].withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress, $0.count)
            }
            if step == 0 || (step < 0 && errno == ECONNRESET) { return nil }
            guard step > 0 else {
                throw DeploymentError("read: errno \(errno)")
            }
            received += step
        }
        return bytes
    }
}

extension Deployment {
    /// A connection to one of the service's sockets that is made and used on a thread that may
    /// block.
    func withRawConnection<Value: Sendable>(
        over way: RawWay, _ body: @escaping @Sendable (RawConnection) throws -> Value
    ) async throws -> Value {
        let (socket, port, roots) = (socket, tlsPort, certificateFile("ca.pem"))
        return try await onOwnThread {
            let connection =
                switch way {
                case .unix: try RawConnection.unix(socket)
                case .tls: try RawConnection.tls(port: port, trustRoots: roots)
                case .plainTextToTLS: try RawConnection.plainText(port: port)
                }
            return try body(connection)
        }
    }
}

/// Where hostile bytes can go.
enum RawWay: String, CaseIterable, Sendable {
    case unix
    case tls
    /// No handshake: the bytes themselves go to the TLS port.
    case plainTextToTLS
}
