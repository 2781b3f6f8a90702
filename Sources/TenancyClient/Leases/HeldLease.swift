public import TTRPC
public import TenancyAPI

/// Units of one resource of one tenant that this process gives out by itself, without asking the
/// server for each: `TenancyClient.quota.holdLease` makes one.
///
/// ```swift
/// let lease = try await tenancy.quota.holdLease(
///     tenantCode: "acme", resource: .apiCalls, units: 1_000)
/// if lease.tryConsume(1) { … }
/// await lease.close()
/// ```
///
/// What is consumed is exact: the units were taken from the tenant's quota before they came here.
/// The lease is renewed in the background, ahead of need. When the server cannot be reached it runs
/// out, at its expiry or with its last unit, and nothing is given out until the server is back.
public final class HeldLease: Sendable {
    /// What there is to give out, and why not when there is nothing.
    public enum Status: Sendable {
        /// Units are given out.
        case holding
        /// The server refused, with `RESOURCE_EXHAUSTED` when the quota is used up. It is asked
        /// again.
        case refused(RPCError)
        /// The server could not be asked. What is in hand is given out until the lease expires.
        case unreachable(RPCError)
    }

    /// The most units one lease may ask for at once.
    public static let unitsMax = 1 << 40

    private let units: LeaseUnits
    private let renewal: LeaseRenewal
    private let task: Task<Void, Never>

    init(units: LeaseUnits, renewal: LeaseRenewal) {
        self.units = units
        self.renewal = renewal
        task = Task { await renewal.run() }
    }

    /// What was not given back the server counts as consumed once the lease has expired: `close`.
    deinit { task.cancel() }

    /// Takes `amount` if all of it is in hand, else nothing. No lock, no wait, no call; from any
    /// thread.
    ///
    /// - Parameter amount: Units, bytes for storage; at least 1.
    /// - Returns: Whether it was taken. `status` tells why not.
    @inline(__always)
    public func tryConsume(_ amount: Int = 1) -> Bool { units.take(amount) }

    /// Units that may be given out now.
    public var unitsInHand: Int { units.isAlive ? units.count : 0 }

    /// How the lease stood when the server was last asked.
    public var status: Status {
        get async { await renewal.status }
    }

    /// Stops giving out, reports what was consumed and gives the rest back.
    ///
    /// - Throws: `RPCError` when the server does not hear of it: then it counts all as consumed.
    public func close() async throws(RPCError) {
        task.cancel()
        await task.value
        try await renewal.giveBack()
    }
}

extension QuotaServiceClient {
    /// Takes a lease, and holds it until `close`.
    ///
    /// - Parameters:
    ///   - units: How many to have in hand, from 1 to `HeldLease.unitsMax`. Near the limit, and
    ///     when others wait for units, there are fewer.
    ///   - timeToLive: How long the units may be given out without hearing from the server: 1
    ///     second to 10 minutes.
    /// - Throws: `RPCError` as of `QuotaService.AcquireLease`: `RESOURCE_EXHAUSTED` when not one
    ///   unit is left.
    public func holdLease(
        tenantCode: String, resource: Resource, units: Int, timeToLive: Duration = .seconds(10)
    ) async throws(RPCError) -> HeldLease {
        guard (1...HeldLease.unitsMax).contains(units) else {
            throw RPCError(
                .invalidArgument, "units: a lease has from 1 to \(HeldLease.unitsMax), not \(units)"
            )
        }
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let inHand = LeaseUnits { wake.yield() }
        let renewal = LeaseRenewal(
            quota: self,
            terms: .init(
                tenantCode: tenantCode, resource: resource, units: units, timeToLive: timeToLive),
            inHand: inHand, wakes: wakes, wake: wake)
        try await renewal.acquire()
        return HeldLease(units: inHand, renewal: renewal)
    }
}
