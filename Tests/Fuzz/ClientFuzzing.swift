internal import Glibc
internal import Reactor
internal import Synchronization

@testable internal import TTRPC

/// A real client against a server that answers whatever the fuzzer likes: every call ends, with an
/// answer or an error.
enum ClientFuzzing {
    /// The same two forms as in `ConnectionFuzzing`.
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let bytes =
            first.isMultiple(of: 2)
            ? Array(rest) : FrameScript.frames(rest, methods: FuzzServer.methods)
        let ended = EndedCalls()
        let client = HostileServer.shared.makeClient()
        for kind in 0..<HostileServer.callsPerInput {
            Task {
                await call(client, kind)
                ended.count.withLock { $0 += 1 }
            }
        }
        HostileServer.shared.answer(bytes) {
            ended.count.withLock { $0 } == HostileServer.callsPerInput
        }
        Task { await client.close() }
    }

    private typealias Method = MethodDescriptor<RawMessage, RawMessage>

    private static func call(_ client: TTRPCClient, _ kind: Int) async {
        func method(_ kind: MethodKind) -> Method {
            Method(service: "f.F", method: "M", kind: kind, isIdempotent: false)
        }
        let options = CallOptions(timeout: .seconds(20))
        do {
            switch kind {
            case 0:
                _ = try await client.unary(method(.unary), RawMessage(bytes: []), options: options)
            case 1:
                let answers = try await client.serverStreaming(
                    method(.serverStreaming), RawMessage(bytes: []), options: options)
                for try await _ in answers {}
            case 2:
                let call = try await client.clientStreaming(
                    method(.clientStreaming), options: options)
                try await call.write(RawMessage(bytes: [1]))
                _ = try await call.finish()
            default:
                let call = try await client.bidirectional(
                    method(.bidirectionalStreaming), options: options)
                call.requests.finish()
                for try await _ in call.responses {}
            }
        } catch {
            // Any error will do, as long as there is one.
        }
    }
}

private final class EndedCalls: Sendable {
    let count = Mutex(0)
}

/// Takes the requests of one input's calls, sends the input and hangs up.
private final class HostileServer: Sendable {
    static let shared = HostileServer()
    /// One of each kind.
    static let callsPerInput = 4

    private let path: String
    private let listener: CInt
    private let group: EventLoopGroup

    private init() {
        path = "/tmp/ttrpc-fuzz-\(getpid())-client.sock"
        let listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        let bound = FuzzSocket.withAddress(path) { bind(listener, $0, $1) }
        precondition(bound == 0 && listen(listener, 16) == 0, "cannot listen on \(path)")
        self.listener = listener
        do {
            group = try EventLoopGroup(count: 1)
        } catch {
            preconditionFailure("\(error)")
        }
        atexit { unlink("/tmp/ttrpc-fuzz-\(getpid())-client.sock") }
    }

    /// A client for one input, so that none rests from the failures of the one before.
    func makeClient() -> TTRPCClient {
        var configuration = ClientConfiguration()
        configuration.retry.attemptsMax = 1
        do {
            return try TTRPCClient(
                address: .unix(path: path), configuration: configuration, group: group)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Answers the first connection with `bytes` and hangs up on any other, until `isOver`.
    func answer(_ bytes: [UInt8], until isOver: () -> Bool) {
        var isAnswered = false
        for _ in 0..<30_000 {
            if isOver() { return }
            var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 1) > 0 else { continue }
            let socket = FuzzSocket(owning: accept(listener, nil, nil))
            guard !isAnswered else { continue }
            isAnswered = true
            socket.readRequests(Self.callsPerInput)
            socket.send(bytes)
        }
        preconditionFailure("a call does not end")
    }
}

extension FuzzSocket {
    /// Reads until so many requests have come.
    fileprivate borrowing func readRequests(_ count: Int) {
        var decoder = FrameDecoder(discardedBytesMax: 0)
        var requests = 0
        while requests < count {
            let bytes = read(atLeast: 1)
            guard !bytes.isEmpty else { return }
            bytes.withUnsafeBytes { buffer in
                var input = buffer
                while case .frame(let header, _) = decoder.next(&input) {
                    if header.type == .request { requests += 1 }
                }
            }
        }
    }
}
