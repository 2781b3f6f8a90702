internal import Dispatch
internal import Glibc
internal import OpenSSL
internal import Reactor
internal import Testing

@testable internal import TTRPC

/// A peer that sends whatever bytes it likes: a socket with nothing of the runtime's client on it.
///
/// `@unchecked Sendable`: a test uses it from one task, one call after the other.
final class RawPeer: @unchecked Sendable {
    /// How long a read or write may take before the test fails rather than hangs.
    private static let patience: CInt = 20_000

    /// What came from the server.
    struct Frame: Equatable {
        var header: FrameHeader
        var data: [UInt8]

        /// The status of a response frame; nil when it is a success.
        var error: RPCError? {
            get throws {
                try data.withUnsafeBytes { bytes throws(RPCError) in
                    try ResponseEnvelope(reading: bytes).error
                }
            }
        }
    }

    fileprivate let descriptor: CInt
    fileprivate var tls: TLSSession?
    private var received: [UInt8] = []

    init(_ address: SocketAddress) throws {
        let kernelAddress: KernelAddress =
            switch address {
            case .unix(let path): try KernelAddress(unixPath: path)
            case .tcp(let host, let port):
                try #require(try KernelAddress.resolve(host: host, port: port).first)
            }
        let socket = try Socket.open(family: kernelAddress.family)
        if !(try Socket.connect(socket.number, to: kernelAddress)) {
            Self.poll(socket.number, POLLOUT)
            try Socket.connectResult(socket.number)
        }
        descriptor = socket.release()
    }

    deinit {
        tls = nil
        close(descriptor)
    }

    /// Shakes hands as a TLS client.
    func startTLS(_ context: TLSContext, serverName: String) async throws {
        tls = try TLSSession(
            context: context, descriptor: descriptor, role: .client, serverName: serverName)
        try await blocking { [self] in
            while true {
                switch try tls?.handshake() ?? .done {
                case .done: return
                case .wantsRead: Self.poll(descriptor, POLLIN)
                case .wantsWrite: Self.poll(descriptor, POLLOUT)
                }
            }
        }
    }

    /// Sends all of `bytes`; false when the server has gone before it took them.
    @discardableResult
    func send(_ bytes: [UInt8]) async throws -> Bool {
        try await blocking { [self] in
            var rest = bytes[...]
            while !rest.isEmpty {
                switch try rest.withUnsafeBytes({ try write($0) }) {
                case .bytes(let count): rest = rest.dropFirst(count)
                case .wouldBlock: Self.poll(descriptor, POLLOUT)
                case .endOfStream: return false
                }
            }
            return true
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws -> Socket.Result {
        guard let tls else {
            do {
                return try Socket.write(descriptor, bytes)
            } catch {
                guard error.number == EPIPE || error.number == ECONNRESET else { throw error }
                return .endOfStream
            }
        }
        switch try tls.write(bytes) {
        case .bytes(let count): return .bytes(count)
        case .wantsRead, .wantsWrite: return .wouldBlock
        case .closed: return .endOfStream
        }
    }

    /// The next frame; nil when the server closes the connection.
    func receive() async throws -> Frame? {
        try await blocking { [self] in
            while true {
                if let frame = takeFrame() { return frame }
                guard try fill() else { return nil }
            }
        }
    }

    /// Reads and drops everything up to the end that the server makes, with an alert or without.
    func untilClosed() async throws {
        try await blocking { [self] in
            do {
                while try fill() { received = [] }
            } catch is OpenSSLError {
                return
            }
        }
    }

    private func takeFrame() -> Frame? {
        guard received.count >= FrameHeader.byteCount else { return nil }
        let header = received.withUnsafeBytes { bytes in
            bytes.baseAddress.map { FrameHeader(reading: $0) }
        }
        guard let header, received.count >= FrameHeader.byteCount + Int(header.length) else {
            return nil
        }
        let end = FrameHeader.byteCount + Int(header.length)
        let frame = Frame(header: header, data: Array(received[FrameHeader.byteCount..<end]))
        received.removeFirst(end)
        return frame
    }

    /// Reads more; false at the end of the stream.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            switch try buffer.withUnsafeMutableBytes({ try read(into: $0) }) {
            case .bytes(let count):
                received += buffer[..<count]
                return true
            case .endOfStream: return false
            case .wouldBlock:
                guard Self.poll(descriptor, POLLIN) else { throw TimedOut() }
            }
        }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Socket.Result {
        guard let tls else {
            do {
                return try Socket.read(descriptor, into: buffer)
            } catch {
                guard error.number == ECONNRESET else { throw error }
                return .endOfStream
            }
        }
        switch try tls.read(into: buffer) {
        case .bytes(let count): return .bytes(count)
        case .wantsRead, .wantsWrite: return .wouldBlock
        case .closed: return .endOfStream
        }
    }

    struct TimedOut: Error {}

    @discardableResult
    private static func poll(_ descriptor: CInt, _ events: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return Glibc.poll(&entry, 1, patience) > 0
    }

    /// Waits until there is something to read, and reads nothing of it.
    func waitUntilReadable() async throws {
        guard try await blocking({ [self] in Self.poll(descriptor, POLLIN) }) else {
            throw TimedOut()
        }
    }

    /// Blocking calls go to a thread that may block: the cooperative ones are as many as cores.
    private func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}

extension RawPeer {
    /// The bytes of a frame, with a length of its own where the header is to lie.
    static func frame(
        _ type: FrameType, stream: UInt32, flags: FrameFlags = [], length: UInt32? = nil,
        _ data: [UInt8] = []
    ) -> [UInt8] {
        let header = FrameHeader(
            length: length ?? UInt32(data.count), stream: stream, type: type, flags: flags)
        var bytes = [UInt8](repeating: 0, count: FrameHeader.byteCount)
        bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { header.write(to: base) }
        }
        return bytes + data
    }

    /// The bytes of a request frame.
    static func request(
        _ method: EchoMethods.Method, stream: UInt32, flags: FrameFlags = [], _ payload: [UInt8],
        timeout: Duration? = nil
    ) -> [UInt8] {
        var data = RequestEnvelope.head(
            service: method.service, method: method.method, timeout: timeout,
            metadata: Metadata())
        var field = ProtobufWriter()
        field.bytes(field: 3, payload)
        data += field.bytes
        return frame(.request, stream: stream, flags: flags, data)
    }
}

extension RawPeer {
    /// Goes away without a word.
    func hangUp() {
        shutdown(descriptor, CInt(SHUT_RDWR))
    }
}

extension RawPeer {
    /// Sends bytes past the TLS session.
    func sendPlain(_ bytes: [UInt8]) async throws {
        let session = tls
        tls = nil
        try await send(bytes)
        tls = session
    }
}

extension RawPeer {
    /// From here on the kernel throws away every packet that comes for this socket, before TCP sees
    /// it: to the server it is as if the peer's machine had lost its power.
    func dropEverythingThatComes() throws {
        // struct sock_filter { BPF_RET | BPF_K, 0, 0, 0 }: keep no byte of any packet.
        var program: UInt64 = 0x06
        let result = withUnsafeMutablePointer(to: &program) { instruction in
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
            var filter = (UInt(1), UInt(bitPattern: instruction))
            return setsockopt(
                descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
                socklen_t(MemoryLayout.size(ofValue: filter)))
        }
        guard result == 0 else { throw SystemError("setsockopt(SO_ATTACH_FILTER)") }
    }
}
