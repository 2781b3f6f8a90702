internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// Units that are set aside for work under way, and units that are given back.
extension QuotaService {
    private static let reasonCharactersMax = 200

    func reserve(
        _ request: ReserveRequest, context: ServerContext
    ) async throws -> ReserveResponse {
        try await access.change(.reserve, request, context) { request, violations in
            let terms = Self.amount(request.resource, request.amount, &violations)
            let excess = ExcessPolicy.takesExcess(request.excessPolicy, &violations)
            let seconds = QuotaTimeToLive.seconds(
                request.timeToLive?.seconds, usual: QuotaTimeToLive.reservationSeconds,
                max: QuotaTimeToLive.reservationSecondsMax, violations: &violations)
            return terms.map { (resource: $0.0, amount: $0.1, excess: excess, seconds: seconds) }
        } _: { change, tenant, terms in
            let outcome = try await change.reserve(
                terms.resource, terms.amount, takesExcess: terms.excess, seconds: terms.seconds)
            return ReserveResponse(
                success: true,
                reservation: TenancyAPI.Reservation(outcome.reservation, of: tenant.id),
                remaining: outcome.remaining, limitVersion: outcome.limitVersion)
        }
    }

    func commit(_ request: CommitRequest, context: ServerContext) async throws -> CommitResponse {
        try await access.change(.commit, request, context) { request, violations in
            violations.require(
                request.actualAmount <= QuotaAmount.unitsMax, "actual_amount",
                "must be at most 9223372036854775807")
            return Self.reservationID(request.reservationId, &violations)
        } _: { change, tenant, id in
            let outcome = try await change.commitReservation(id, Int64(request.actualAmount))
            return CommitResponse(
                success: true,
                reservation: TenancyAPI.Reservation(outcome.reservation, of: tenant.id))
        }
    }

    func release(
        _ request: ReleaseRequest, context: ServerContext
    ) async throws -> ReleaseResponse {
        try await access.change(.release, request, context) { request, violations in
            Self.reservationID(request.reservationId, &violations)
        } _: { change, tenant, id in
            let outcome = try await change.releaseReservation(id)
            return ReleaseResponse(
                success: true,
                reservation: TenancyAPI.Reservation(outcome.reservation, of: tenant.id))
        }
    }

    func refund(_ request: RefundRequest, context: ServerContext) async throws -> RefundResponse {
        // What was taken from memory the database hears of with the next report.
        if let selector = try? TenantSelector(code: request.tenantCode, id: request.tenantId) {
            let caller = try await access.caller(context, .refund)
            await keeper.flush(
                try await access.tenant(selector, caller, .refund).id,
                withShares: !request.userId.isEmpty)
        }
        return try await access.change(.refund, request, context) { request, violations in
            violations.require(
                request.resource != .users, "resource",
                "must not be users, whose units go with their members")
            violations.require(
                request.reason.count <= Self.reasonCharactersMax
                    && !request.reason.unicodeScalars.contains {
                        $0.properties.generalCategory == .control
                    }, "reason", "must be at most 200 characters without control characters")
            let user = UserID(orNone: request.userId, violations: &violations)
            return Self.amount(request.resource, request.amount, &violations).map {
                (resource: $0.0, amount: $0.1, user: user)
            }
        } _: { change, _, terms in
            let status = try await change.refund(
                terms.resource, terms.amount, to: terms.user, reason: request.reason)
            return RefundResponse(
                success: true, current: status.current, max: status.max,
                remaining: status.remaining)
        }
    }

    static func amount(
        _ resource: TenancyAPI.Resource, _ amount: UInt64, _ violations: inout FieldViolations
    ) -> (Tenancy.Resource, QuotaAmount)? {
        let resource = Tenancy.Resource(resource)
        violations.require(
            resource != nil, "resource", Tenancy.ConsumeRequest.resourceRule)
        let units = QuotaAmount(amount)
        violations.require(units != nil, "amount", QuotaAmount.rule)
        guard let resource, let units else { return nil }
        return (resource, units)
    }

    private static func reservationID(
        _ text: String, _ violations: inout FieldViolations
    ) -> Int64? {
        guard let id = Int64(text), id > 0 else {
            violations.add("reservation_id", "must be one that Reserve has answered")
            return nil
        }
        return id
    }
}

extension ReserveRequest: ChangeRequest {}
extension CommitRequest: ChangeRequest {}
extension ReleaseRequest: ChangeRequest {}
extension RefundRequest: ChangeRequest {}

extension ExcessPolicy {
    fileprivate static func takesExcess(
        _ policy: ExcessPolicy, _ violations: inout FieldViolations
    ) -> Bool {
        violations.require(
            [.unspecified, .refuse, .take].contains(policy), "excess_policy",
            "must be refuse or take")
        return policy == .take
    }
}

extension TenancyAPI.Reservation {
    fileprivate init(_ reservation: Tenancy.Reservation, of tenant: TenantID) {
        let state: ReservationState =
            switch reservation.status {
            case .held: .held
            case .committed: .committed
            case .released: .released
            case .expired: .expired
            }
        self.init(
            reservationId: String(reservation.id), tenantId: tenant.rawValue,
            resource: TenancyAPI.Resource(reservation.resource), amount: reservation.amount,
            committedAmount: reservation.committedAmount, state: state,
            excessPolicy: reservation.takesExcess ? .take : .refuse,
            createdAt: .init(microsecondsSince1970: reservation.createdAt.microseconds),
            expiresAt: .init(microsecondsSince1970: reservation.expiresAt.microseconds))
    }
}
