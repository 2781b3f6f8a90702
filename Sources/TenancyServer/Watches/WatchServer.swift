internal import Reactor
internal import Synchronization
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// Serves watches of any kind: a subscription, events in the order of their commits with a token
/// behind each, acknowledgements, heartbeats, and an end that says why.
struct WatchServer: Sendable {
    /// How long a watch is silent at most.
    static let heartbeatInterval = Duration.seconds(5)

    let access: TenantAccess
    let store: TenancyStore
    let hub: WatchHub

    /// Serves one watch until its caller half-closes.
    ///
    /// - Parameter source: Reads the rest of the first request; it adds every violation, and
    ///   answers nil only with one.
    /// - Throws: what `Authority` denies, at any time; `invalidArgument`, `tooMany`,
    ///   `unavailable`.
    func serve<Request: WatchRequest, Source: WatchSource>(
        _ operation: Operation, _ requests: RequestStream<Request>,
        _ responses: ResponseWriter<Source.Response>, _ context: ServerContext,
        source: (Request, inout FieldViolations) -> Source?
    ) async throws {
        let caller = try await access.caller(context, operation)
        var iterator = requests.makeAsyncIterator()
        guard let first = try await iterator.next() else {
            throw DomainError.invalidArgument(
                field: "tenant_code", rule: "or tenant_id must be given in a first request")
        }
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: first.tenantCode, id: first.tenantId, violations: &violations)
        let source = source(first, &violations)
        try violations.check()
        guard let selector, let source else {
            throw DomainError(.internalFailure, message: "a checked request is complete")
        }
        let tenant = try await access.tenant(selector, caller, operation)
        let use = "\(operation)\u{0}\(tenant.id)"
        let resumed = ChainPosition(token: first.resumeToken, for: use)
        guard first.resumeToken.isEmpty || resumed != nil else {
            throw DomainError.invalidArgument(
                field: "resume_token", rule: "must be one of this tenant's watches of this kind")
        }
        let watch = try hub.open(tenant.id)
        defer { hub.close(watch) }
        let answers = ConfirmedResponses(responses) { [access] () async throws(DomainError) in
            try await access.confirm(tenant.id, caller, operation)
        }
        let session = WatchSession(
            source: source, answers: answers, watch: watch, use: use, store: store)
        guard let start = try await session.begin(at: resumed) else { return }
        hub.noteBegun()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let flow = WatchProgress(from: start)
            tasks.addTask { try await session.send(flow) }
            tasks.addTask { try await Self.takeIn(requests, use: use, flow, watch) }
            defer { tasks.cancelAll() }
            // Whichever ends first ends the watch: the caller, or what there is to send.
            try await tasks.next()
        }
    }

    /// Reads acknowledgements until the caller half-closes.
    private static func takeIn<Request: WatchRequest>(
        _ requests: RequestStream<Request>, use: String, _ progress: WatchProgress, _ watch: Watch
    ) async throws {
        for try await request in requests {
            guard let position = ChainPosition(token: request.acknowledgedToken, for: use),
                progress.flow.withLock({ $0.acknowledge(position) })
            else {
                throw DomainError.invalidArgument(
                    field: "acknowledged_token", rule: "must be one that this watch has sent")
            }
            watch.wake()
        }
    }
}

/// How far a watch has got, for the two tasks that serve it.
final class WatchProgress: Sendable {
    let flow: Mutex<WatchFlow>

    init(from position: ChainPosition) {
        flow = Mutex(WatchFlow(from: position))
    }
}

/// The sending side of one watch.
struct WatchSession<Source: WatchSource>: Sendable {
    let source: Source
    /// They throw once the caller may not watch any more: what is allowed at the beginning need not
    /// be for as long as a watch lasts.
    let answers: ConfirmedResponses<Source.Response>
    let watch: Watch
    /// What the tokens are made for.
    let use: String
    let store: TenancyStore

    /// Where the watch begins; nil when it cannot go on from where it was.
    func begin(at resumed: ChainPosition?) async throws -> ChainPosition? {
        guard let head = try await store.chainHeads(of: [watch.tenant])[watch.tenant] else {
            throw DomainError.tenantNotFound
        }
        watch.advance(to: head)
        guard let resumed else {
            let start = try await source.begin(watch.tenant, authorize: answers.authorize) {
                try await answers.write($0)
            }
            switch start {
            case .end: return head.end
            case .sent(let position):
                try await answers.write(
                    source.response(
                        .snapshotComplete, token: position.token(for: use), at: .now()))
                return position
            case .compacted:
                try await sayCompacted()
                return nil
            }
        }
        guard head.keeps(after: resumed), try await store.isOnChain(resumed, of: watch.tenant),
            try await source.compactedSequence(of: watch.tenant) <= resumed.sequence
        else {
            try await sayCompacted()
            return nil
        }
        return resumed
    }

    /// Sends events and heartbeats; returns when events were lost that the watcher has not seen.
    func send(_ progress: WatchProgress) async throws {
        // At once: the watcher knows that it watches, and has a token before the first event.
        var lastSent = try await sendHeartbeat(progress)
        for await _ in watch.signals {
            // A database that is away for a moment ends no watch; one that still is when the
            // watch has something to say does.
            do {
                try await answers.authorize()
            } catch {
                guard error.code == .unavailable else { throw error }
            }
            while let head = watch.head {
                let (position, room) = progress.flow.withLock { ($0.position, $0.room) }
                guard head.keeps(after: position) else {
                    // A look at all chains may end after a later one and bring an older head, so
                    // only a look of this watch's own decides; a database that lost its last rows
                    // is behind in that one too.
                    guard let fresh = try await store.chainHeads(of: [watch.tenant])[watch.tenant],
                        fresh.keeps(after: position)
                    else { return try await sayCompacted() }
                    watch.advance(to: fresh)
                    continue
                }
                guard room > 0, position.sequence < head.end.sequence else { break }
                try await answers.authorize()
                let events = try await source.read(
                    watch.tenant, after: position, through: head.end, limit: room)
                // Asked after the reading: what was let go before it is among what is missing.
                guard try await source.compactedSequence(of: watch.tenant) <= position.sequence
                else { return try await sayCompacted() }
                for event in events {
                    progress.flow.withLock { $0.send(event.position) }
                    try await answers.write(
                        source.response(event, token: event.position.token(for: use)))
                    lastSent = .now()
                }
                if events.count < room { progress.flow.withLock { $0.pass(to: head.end) } }
            }
            if lastSent.advanced(by: WatchServer.heartbeatInterval) <= .now() {
                try await answers.authorize()
                lastSent = try await sendHeartbeat(progress)
            }
        }
        try Task.checkCancellation()
        throw WatchHub.shuttingDown
    }

    private func sendHeartbeat(
        _ progress: WatchProgress
    ) async throws -> MonotonicInstant {
        let position = progress.flow.withLock { $0.position }
        try await answers.write(
            source.response(.heartbeat, token: position.token(for: use), at: .now()))
        return .now()
    }

    private func sayCompacted() async throws {
        try await answers.write(source.response(.compacted, token: "", at: .now()))
    }
}
