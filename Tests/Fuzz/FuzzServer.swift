internal import Dispatch
internal import Glibc
internal import Reactor
internal import Synchronization

@testable internal import TTRPC

/// One server for all inputs, in this process, so that a trap in it is a finding.
final class FuzzServer: Sendable {
    static let shared = FuzzServer()

    private static let service = "f.F"
    static let methods = [
        (service, "Fast"), (service, "Unary"), (service, "Down"), (service, "Up"),
        (service, "Both"), (service, "Fail"), (service, "None"), ("g.G", "Fast"),
    ]

    let path: String
    private let server: TTRPCServer
    private let client: TTRPCClient

    private init() {
        path = "/tmp/ttrpc-fuzz-\(getpid()).sock"
        var configuration = ServerConfiguration(listeners: [.init(.unix(path: path))])
        configuration.limits.callsPerConnectionMax = 4
        configuration.limits.unreadMessagesMax = 8
        configuration.limits.channel.discardedBytesMax = 16 << 20
        do {
            server = try TTRPCServer(router: Self.router(), configuration: configuration)
            let started = Awaited()
            Task { [server] in started.set(try? await server.start()) }
            precondition(started.wait() != nil, "the server cannot listen on \(path)")
            client = try TTRPCClient(address: .unix(path: path))
        } catch {
            preconditionFailure("\(error)")
        }
        atexit { unlink("/tmp/ttrpc-fuzz-\(getpid()).sock") }
    }

    /// Whether a well-behaved caller is answered.
    var isAlive: Bool {
        // Asked in one of many inputs: a trap ends the process anyway.
        guard Int.random(in: 0..<512) == 0 else { return true }
        let answer = Awaited()
        Task { [client] in
            let method = FuzzMethod(service: Self.service, method: "Fast", kind: .unary)
            _ = try? await client.unary(
                method, RawMessage(bytes: [1]), options: .init(timeout: .seconds(20)))
            answer.set([])
        }
        return answer.wait() != nil
    }

    private typealias FuzzMethod = MethodDescriptor<RawMessage, RawMessage>

    private static func router() -> Router {
        func method(_ name: String, _ kind: MethodKind) -> FuzzMethod {
            FuzzMethod(service: service, method: name, kind: kind)
        }
        var router = Router()
        let fast = method("Fast", .unary)
        router.unary(fast) { request, _ in request }
        router.fast(fast) { request, _ throws(RPCError) in
            request.bytes.first == 0 ? nil : request
        }
        router.unary(method("Unary", .unary)) { request, _ in
            await Task.yield()
            return request
        }
        router.unary(method("Fail", .unary)) { _, _ in
            throw RPCError(.aborted, "as asked", details: [.notBegun])
        }
        router.serverStreaming(method("Down", .serverStreaming)) { request, writer, _ in
            for byte in request.bytes { try await writer.write(RawMessage(bytes: [byte])) }
        }
        router.clientStreaming(method("Up", .clientStreaming)) { requests, _ in
            var count: UInt8 = 0
            for try await _ in requests { count &+= 1 }
            return RawMessage(bytes: [count])
        }
        router.bidirectional(method("Both", .bidirectionalStreaming)) { requests, writer, _ in
            for try await request in requests { try await writer.write(request) }
        }
        return router
    }
}

extension MethodDescriptor {
    fileprivate init(service: String, method: String, kind: MethodKind) {
        self.init(service: service, method: method, kind: kind, isIdempotent: false)
    }
}

/// Something a blocking thread waits for and a task sets; libFuzzer calls from a thread of its own.
final class Awaited: Sendable {
    private let value = Mutex<[SocketAddress]?>(nil)
    private let signal = DispatchSemaphore(value: 0)

    func set(_ new: [SocketAddress]?) {
        value.withLock { $0 = new }
        signal.signal()
    }

    /// Nil when nothing was set, or nothing within half a minute.
    func wait() -> [SocketAddress]? {
        guard signal.wait(timeout: .now() + .seconds(30)) == .success else { return nil }
        return value.withLock { $0 }
    }
}
