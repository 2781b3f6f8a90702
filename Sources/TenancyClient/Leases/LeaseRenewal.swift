internal import TTRPC
internal import TenancyAPI

/// Keeps a lease alive and filled: reports what was consumed, asks for more ahead of need, gives
/// back what others wait for.
///
/// Reports are totals under a number of their own, so an answer that was lost is made good by the
/// next report, whichever of the two the server took in.
actor LeaseRenewal {
    struct Terms: Sendable {
        let tenantCode: String
        let resource: Resource
        let units: Int
        let timeToLive: Duration
    }

    /// What the server last said, and what has been reported since.
    private struct Lease {
        let id: String
        let tenantID: Int64
        var sequence: UInt64 = 0
        /// Units consumed and units in hand, together.
        var held: Int
    }

    /// An acquiring whose answer was lost is made again under its key.
    private struct Acquiring {
        let key: String
        let asked: UInt64
        let amount: Int
    }

    /// The shortest wait before a server that gave nothing is asked again; doubled each time, up to
    /// a third of the life of the lease.
    private static let askAgainMin = Duration.milliseconds(50)

    private let quota: QuotaServiceClient
    private let terms: Terms
    private let inHand: LeaseUnits
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private var lease: Lease?
    private var acquiring: Acquiring?
    /// How many units to have in hand: fewer than were asked for while others wait for some.
    private var wanted: Int
    private(set) var status = HeldLease.Status.holding

    init(
        quota: QuotaServiceClient, terms: Terms, inHand: LeaseUnits, wakes: AsyncStream<Void>,
        wake: AsyncStream<Void>.Continuation
    ) {
        self.quota = quota
        self.terms = terms
        self.inHand = inHand
        self.wakes = wakes
        self.wake = wake
        wanted = terms.units
    }

    // MARK: In the background

    /// Until the task is cancelled: renews three times in the life of the lease, and whenever
    /// little is left.
    func run() async {
        let pause = terms.timeToLive / 3
        await withTaskGroup { group in
            let wake = wake
            group.addTask {
                while (try? await Task.sleep(for: pause)) != nil { wake.yield() }
            }
            var delay = Self.askAgainMin
            for await _ in wakes {
                inHand.listen()
                let before = inHand.count
                await goOn()
                // Asked in vain: whoever takes the last units would have us ask without end. A full
                // hand was not.
                if inHand.count <= before, inHand.count < terms.units {
                    let spread = delay * Int.random(in: 1000...1500) / 1000
                    guard (try? await Task.sleep(for: spread)) != nil else { break }
                    delay = min(delay * 2, pause)
                } else {
                    delay = Self.askAgainMin
                }
                if Task.isCancelled { break }
                if !inHand.isAlive || inHand.count == 0 { wake.yield() }
            }
            group.cancelAll()
        }
    }

    private func goOn() async {
        do throws(RPCError) {
            if lease != nil { try await renew() } else { try await acquire() }
            status = .holding
        } catch {
            status = Self.isAnswer(error) ? .refused(error) : .unreachable(error)
        }
    }

    /// Whether the server decided, or could not be asked.
    private static func isAnswer(_ error: RPCError) -> Bool {
        switch error.code {
        case .unavailable, .deadlineExceeded, .cancelled, .unknown: false
        default: true
        }
    }

    // MARK: The calls

    /// How long a call may take: a lease that is not renewed in its last third has ended.
    private var callTimeMax: CallOptions { CallOptions(timeout: terms.timeToLive / 3) }

    func acquire() async throws(RPCError) {
        let attempt = nextAcquiring()
        acquiring = attempt
        var request = AcquireLeaseRequest(
            tenantCode: terms.tenantCode, resource: terms.resource,
            amount: UInt64(attempt.amount), idempotencyKey: attempt.key)
        request.timeToLive = .init(terms.timeToLive)
        do throws(RPCError) {
            let answer = try await quota.acquireLease(request, options: callTimeMax)
            acquiring = nil
            guard let granted = answer.lease else { throw Self.noLease }
            lease = Lease(id: granted.leaseId, tenantID: granted.tenantId, held: 0)
            takeIn(granted, asked: attempt.asked)
        } catch {
            if Self.isAnswer(error) { acquiring = nil }
            throw error
        }
    }

    /// The one before, as long as the lease it may have made is worth having.
    private func nextAcquiring() -> Acquiring {
        let now = LeaseUnits.now()
        if let acquiring, now &- acquiring.asked < Self.nanoseconds(terms.timeToLive) / 2 {
            return acquiring
        }
        let key = "lease-\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))"
        return Acquiring(key: key, asked: now, amount: wanted)
    }

    private func renew() async throws(RPCError) {
        guard var reported = lease else { return }
        reported.held -= inHand.takeBack(over: wanted)
        reported.sequence += 1
        lease = reported
        let left = inHand.count
        let asked = LeaseUnits.now()
        do throws(RPCError) {
            let answer = try await quota.renewLease(
                .init(
                    tenantId: reported.tenantID, leaseId: reported.id,
                    sequence: reported.sequence, consumed: UInt64(reported.held - left),
                    wanted: UInt64(max(left, wanted))),
                options: callTimeMax)
            guard let granted = answer.lease else { throw Self.noLease }
            takeIn(granted, asked: asked)
            if lease?.held == reported.held, inHand.count == 0 {
                throw RPCError(.resourceExhausted, "no unit is left for the lease")
            }
        } catch {
            guard error.code == .failedPrecondition || error.code == .notFound else { throw error }
            // It has ended there, with everything in it.
            drop()
            try await acquire()
        }
    }

    private func takeIn(_ granted: QuotaLease, asked: UInt64) {
        guard let held = lease?.held, let total = Int(exactly: granted.granted), total >= held
        else { return drop() }
        inHand.live(
            until: asked &+ Self.nanoseconds(Duration(granted.expiresIn ?? .init())),
            lowWater: min(Int(clamping: granted.lowWater), max(1, wanted / 2)))
        inHand.put(total - held)
        lease?.held = total
        wanted = granted.recalled ? max(1, wanted / 2) : min(terms.units, wanted * 2)
    }

    private func drop() {
        _ = inHand.takeBack(over: 0)
        lease = nil
    }

    /// Ends the lease.
    func giveBack() async throws(RPCError) {
        guard let ended = lease else { return }
        let left = inHand.takeBack(over: 0)
        lease = nil
        _ = try await quota.returnLease(
            .init(
                tenantId: ended.tenantID, leaseId: ended.id, sequence: ended.sequence + 1,
                consumed: UInt64(ended.held - left)),
            options: callTimeMax)
    }

    private static var noLease: RPCError {
        RPCError(.internal, "the server answered without a lease")
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(max(0, seconds)) &* 1_000_000_000
            &+ UInt64(max(0, attoseconds)) / 1_000_000_000
    }
}
