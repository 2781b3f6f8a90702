internal import Synchronization
internal import TTRPC
internal import TenancyAPI

/// `grpc.health.v1.Health`: whether this server can do its work. Open to everybody.
///
/// The empty service name is the server as a whole; any other must be one of its services.
final class HealthService: Grpc_Health_V1_HealthHandler {
    private struct State {
        var isServing = false
        var watchers: [UInt64: AsyncStream<Bool>.Continuation] = [:]
        var nextWatcher: UInt64 = 0
        var isShutDown = false
    }

    private let services: Set<String>
    private let status: ServerStatus
    private let state = Mutex(State())

    init(services: [String], status: ServerStatus) {
        self.services = Set(services)
        self.status = status
    }

    func setServing(_ isServing: Bool) {
        status.setServing(isServing)
        state.withLock { state in
            guard state.isServing != isServing else { return }
            state.isServing = isServing
            for watcher in state.watchers.values { watcher.yield(isServing) }
        }
    }

    /// Tells every watcher that this server does not serve any more, and ends its watch: a drain
    /// waits for calls in flight, and a watch would never end by itself.
    func shutDown() {
        setServing(false)
        let watchers = state.withLock { state in
            state.isShutDown = true
            defer { state.watchers = [:] }
            return state.watchers.values
        }
        for watcher in watchers { watcher.finish() }
    }

    func check(
        _ request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard isKnown(request.service) else {
            throw RPCError(.notFound, "service: must be empty or one of this server's")
        }
        return Self.response(state.withLock { $0.isServing })
    }

    func watch(
        _ request: Grpc_Health_V1_HealthCheckRequest,
        responses: ResponseWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
    ) async throws {
        // The two newest: how it stands, and that it ends.
        let (stream, continuation) = AsyncStream<Bool>.makeStream(
            bufferingPolicy: .bufferingNewest(2))
        let id = state.withLock { state in
            let id = state.nextWatcher
            state.nextWatcher += 1
            continuation.yield(state.isServing)
            if state.isShutDown {
                continuation.finish()
            } else {
                state.watchers[id] = continuation
            }
            return id
        }
        defer { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
        // A service that is not known here stays so, and its watch open, as the protocol has it.
        let isKnown = isKnown(request.service)
        if !isKnown { try await responses.write(.init(status: .serviceUnknown)) }
        for await isServing in stream where isKnown {
            try await responses.write(Self.response(isServing))
        }
    }

    private func isKnown(_ service: String) -> Bool {
        service.isEmpty || services.contains(service)
    }

    private static func response(_ isServing: Bool) -> Grpc_Health_V1_HealthCheckResponse {
        .init(status: isServing ? .serving : .notServing)
    }
}
