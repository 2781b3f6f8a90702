internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// Units that a client gives out in its own process.
extension QuotaService {
    func acquireLease(
        _ request: AcquireLeaseRequest, context: ServerContext
    ) async throws -> AcquireLeaseResponse {
        try await access.change(.acquireLease, request, context) { request, violations in
            violations.require(
                request.resource != .users, "resource",
                "must not be users, whose units go with their members")
            let terms = Self.amount(request.resource, request.amount, &violations)
            let seconds = QuotaTimeToLive.seconds(
                request.timeToLive?.seconds, usual: QuotaTimeToLive.leaseSeconds,
                max: QuotaTimeToLive.leaseSecondsMax, violations: &violations)
            return terms.map { (resource: $0.0, amount: $0.1, seconds: seconds) }
        } _: { change, _, terms in
            let lease = try await change.acquireLease(
                terms.resource, terms.amount, seconds: terms.seconds)
            return AcquireLeaseResponse(success: true, lease: QuotaLease(lease))
        }
    }

    func renewLease(
        _ request: RenewLeaseRequest, context: ServerContext
    ) async throws -> RenewLeaseResponse {
        let lease = try await report(
            request.tenantCode, request.tenantId, context, .renewLease
        ) { violations in
            ClientLeaseReport(
                lease: request.leaseId, sequence: request.sequence, consumed: request.consumed,
                wanted: request.wanted, violations: &violations)
        }
        return RenewLeaseResponse(success: true, lease: QuotaLease(lease))
    }

    func returnLease(
        _ request: ReturnLeaseRequest, context: ServerContext
    ) async throws -> ReturnLeaseResponse {
        let lease = try await report(
            request.tenantCode, request.tenantId, context, .returnLease
        ) { violations in
            ClientLeaseReport(
                lease: request.leaseId, sequence: request.sequence, consumed: request.consumed,
                wanted: nil, violations: &violations)
        }
        return ReturnLeaseResponse(
            success: true, consumed: lease.spent, returned: lease.returned)
    }

    /// What a lease tells is taken in whatever becomes of it: it is no change that could be
    /// refused, and its sequence makes a retry safe.
    private func report(
        _ code: String, _ id: Int64, _ context: ServerContext, _ operation: Tenancy.Operation,
        _ read: (inout FieldViolations) -> ClientLeaseReport?
    ) async throws -> ClientLease {
        let caller = try await access.caller(context, operation)
        var violations = FieldViolations()
        let selector = TenantSelector(code: code, id: id, violations: &violations)
        let report = read(&violations)
        let (named, checked) = try violations.checked(selector, report)
        let tenant = try await access.tenant(named, caller, operation)
        return try await store.report(checked, of: tenant.id, context: caller.auditContext)
    }
}

extension AcquireLeaseRequest: ChangeRequest {}

extension QuotaLease {
    /// The part of a lease below which its client does well to renew it.
    private static let lowWaterDivisor: UInt64 = 2

    fileprivate init(_ lease: ClientLease) {
        self.init(
            leaseId: String(lease.id), tenantId: lease.tenant.rawValue,
            resource: TenancyAPI.Resource(lease.resource),
            granted: lease.granted - lease.returned,
            expiresIn: Google_Protobuf_Duration(seconds: lease.timeToLiveSeconds),
            limitVersion: lease.limitVersion, lowWater: lease.inHand / Self.lowWaterDivisor,
            sequence: lease.sequence, consumed: lease.spent, recalled: lease.isRecalled,
            decidedAt: .init(microsecondsSince1970: WallClock.now().microseconds))
    }
}
