internal import Postgres
package import Tenancy

/// Units that are set aside, given back, or taken several at once. The audit rows come from
/// triggers and from the functions themselves.
extension Change {
    /// What became of a call about a reservation.
    package struct ReservationOutcome: Sendable {
        package let reservation: Reservation
        package let remaining: UInt64
        package let limitVersion: Int64
    }

    /// - Throws: `quotaExceeded`, `failedPrecondition`, `unavailable`, `aborted`.
    package func reserve(
        _ resource: Resource, _ amount: QuotaAmount, takesExcess: Bool, seconds: Int64
    ) async throws(DomainError) -> ReservationOutcome {
        try await reservation(
            """
            SELECT * FROM reserve_tenant_quota(
                \(tenant.rawValue), \(resource.rawValue), \(amount.units), \(takesExcess),
                make_interval(secs => \(Double(seconds))))
            """, resource, amount.units)
    }

    /// - Parameter units: 0 for all that was reserved.
    /// - Throws: `notFound`, `failedPrecondition`, `quotaExceeded`, `unavailable`, `aborted`.
    package func commitReservation(
        _ id: Int64, _ units: Int64
    ) async throws(DomainError) -> ReservationOutcome {
        try await reservation(
            "SELECT * FROM commit_reservation(\(tenant.rawValue), \(id), \(units))", nil, units)
    }

    /// - Throws: `notFound`, `failedPrecondition`, `unavailable`, `aborted`.
    package func releaseReservation(
        _ id: Int64
    ) async throws(DomainError) -> ReservationOutcome {
        try await reservation(
            "SELECT * FROM release_reservation(\(tenant.rawValue), \(id))", nil, 0)
    }

    private func reservation(
        _ statement: SQL, _ resource: Resource?, _ units: Int64
    ) async throws(DomainError) -> ReservationOutcome {
        // A refusal tells when the month's units are new.
        let row = try await row(
            """
            SELECT r.*, clock_timestamp() AS decided_at,
                CASE WHEN coalesce(r.resource_type, \(optional: resource?.rawValue))
                    IN ('api_calls', 'transactions') THEN s.period_end END AS renews_at
            FROM (\(sql: statement)) AS r
            LEFT JOIN tenant_subscriptions s ON s.tenant_id = \(tenant.rawValue)
            """)
        switch try row.value("outcome", as: String.self) {
        case "admitted": break
        case "no_reservation": throw .notFound("reservation")
        case "ended":
            let status: String = try row.value("status")
            throw DomainError(
                .failedPrecondition(.reservationEnded), message: "the reservation is \(status)",
                metadata: ["status": status])
        case let outcome:
            let about: Resource
            if let resource { about = resource } else { about = try row.named("resource_type") }
            throw try row.refusal(
                outcome, try row.quotaStatus(of: about), requested: UInt64(units),
                at: try row.timestamp("decided_at"))
        }
        let made = try row.reservation()
        return ReservationOutcome(
            reservation: made, remaining: try row.quotaStatus(of: made.resource).remaining,
            limitVersion: try row.value("limit_version"))
    }

    /// Gives units back that were consumed in the present period.
    ///
    /// - Throws: `failedPrecondition` when there are not so many, `unavailable`, `aborted`.
    func refund(
        _ resource: Resource, _ amount: QuotaAmount, reason: String
    ) async throws(DomainError) -> QuotaStatus {
        let row = try await row(
            """
            SELECT * FROM refund_tenant_usage(
                \(tenant.rawValue), \(resource.rawValue), \(amount.units), \(reason))
            """)
        let status = try row.quotaStatus(of: resource)
        switch try row.value("outcome", as: String.self) {
        case "admitted": return status
        case "too_much":
            throw DomainError(
                .failedPrecondition(.refundExceedsUsage),
                message: "the period has used \(status.current) units",
                metadata: ["current": String(status.current)])
        case let outcome:
            throw try row.refusal(outcome, status, requested: UInt64(amount.units))
        }
    }

    /// Makes sure that the limits of the tenant are known in at least a version.
    ///
    /// - Throws: `failedPrecondition` when they have no such version yet, `unavailable`, `aborted`.
    package func require(limitVersion: Int64) async throws(DomainError) {
        guard limitVersion > 0 else { return }
        let present: Int64 = try await row(
            """
            SELECT coalesce(max(version), 0) AS version FROM tenant_subscriptions
            WHERE tenant_id = \(tenant.rawValue)
            """
        ).value("version")
        guard present >= limitVersion else { throw .limitVersionAhead(of: present) }
    }

    /// Takes an amount as part of a larger change.
    ///
    /// - Parameter user: From whose share it is taken too.
    /// - Throws: `quotaExceeded`, `failedPrecondition`, `unavailable`, `aborted`.
    package func consume(
        _ resource: Resource, _ amount: QuotaAmount, of user: UserID?
    ) async throws(DomainError) -> QuotaAnswer {
        let row = try await row(
            """
            SELECT c.*, coalesce(s.version, 0) AS limit_version,
                CASE WHEN \(resource.isOfAMonth) THEN s.period_end END AS renews_at
            FROM consume_user_quota(
                \(tenant.rawValue), \(optional: user?.text), \(resource.rawValue),
                \(amount.units)) c
            LEFT JOIN tenant_subscriptions s ON s.tenant_id = \(tenant.rawValue)
            """)
        return try row.consumptionAnswer(resource, amount, of: user)
    }

    /// Sets a block of units aside for a client.
    ///
    /// - Throws: `quotaExceeded`, `failedPrecondition`, `unavailable`, `aborted`.
    package func acquireLease(
        _ resource: Resource, _ amount: QuotaAmount, seconds: Int64
    ) async throws(DomainError) -> ClientLease {
        let row = try await row(
            """
            SELECT c.*, extract(epoch FROM c.time_to_live)::bigint AS seconds,
                clock_timestamp() AS decided_at,
                CASE WHEN \(resource.isOfAMonth) THEN s.period_end END AS renews_at
            FROM acquire_client_lease(
                \(tenant.rawValue), \(resource.rawValue), \(amount.units),
                make_interval(secs => \(Double(seconds)))) c
            LEFT JOIN tenant_subscriptions s ON s.tenant_id = \(tenant.rawValue)
            """)
        let outcome = try row.value("outcome", as: String.self)
        guard outcome == "admitted" else {
            guard outcome == "denied" || outcome == "recalling" else {
                throw try row.refusal(
                    outcome,
                    QuotaStatus(resource: resource, current: 0, reserved: 0, max: 0),
                    requested: UInt64(amount.units))
            }
            throw try row.refusal(
                outcome, try row.quotaStatus(of: resource), requested: UInt64(amount.units),
                at: try row.timestamp("decided_at"))
        }
        return try row.clientLease(of: tenant)
    }

    /// Replaces the policy of one resource.
    ///
    /// - Throws: `versionMismatch`, `unavailable`, `aborted`.
    package func setPolicy(
        _ policy: QuotaPolicy, expecting version: ExpectedVersion
    ) async throws(DomainError) -> QuotaPolicy {
        let present = try await query(
            """
            SELECT p.version FROM tenant_quota_policies p
            WHERE p.tenant_id = \(tenant.rawValue)
                AND p.resource_type = \(policy.resource.rawValue) FOR NO KEY UPDATE
            """)
        try version.check(try present.first?.value("version") ?? 0)
        let percentages = PostgresArray(policy.warnPercentages.map { Int64($0) })
        let row = try await row(
            """
            INSERT INTO tenant_quota_policies AS p (
                tenant_id, resource_type, warn_percentages, shadow_limit, overage_allowed,
                overage_price_paise, overage_max, auto_scale_step, auto_scale_ceiling,
                admits_when_away)
            VALUES (
                \(tenant.rawValue), \(policy.resource.rawValue), \(percentages)::integer[],
                \(policy.shadowLimit), \(policy.overageAllowed), \(policy.overagePricePaise),
                \(policy.overageMax), \(policy.autoScaleStep), \(policy.autoScaleCeiling),
                \(policy.admitsWhenAway))
            ON CONFLICT ON CONSTRAINT tenant_quota_policies_pkey DO UPDATE
            SET warn_percentages = excluded.warn_percentages,
                shadow_limit = excluded.shadow_limit,
                overage_allowed = excluded.overage_allowed,
                overage_price_paise = excluded.overage_price_paise,
                overage_max = excluded.overage_max, auto_scale_step = excluded.auto_scale_step,
                auto_scale_ceiling = excluded.auto_scale_ceiling,
                admits_when_away = excluded.admits_when_away, version = p.version + 1
            RETURNING p.*, p.warn_percentages::bigint[] AS percentages
            """)
        return try row.quotaPolicy()
    }
}

extension Row {
    fileprivate func reservation() throws(DomainError) -> Reservation {
        Reservation(
            id: try value("reservation_id"), resource: try named("resource_type"),
            amount: try value("amount"), committedAmount: try value("committed_amount"),
            status: try named("status"), takesExcess: try value("takes_excess"),
            createdAt: try timestamp("created_at"), expiresAt: try timestamp("expires_at"))
    }

    func clientLease(of tenant: TenantID) throws(DomainError) -> ClientLease {
        ClientLease(
            id: try value("holder_id"), tenant: tenant, resource: try named("resource_type"),
            granted: try value("granted"), spent: try value("spent"),
            returned: try value("returned"), timeToLiveSeconds: try value("seconds"),
            sequence: try value("sequence"), isRecalled: try value("is_recalled"),
            limitVersion: try value("limit_version"))
    }

    func quotaPolicy() throws(DomainError) -> QuotaPolicy {
        var policy = QuotaPolicy(resource: try named("resource_type"))
        policy.warnPercentages = try value("percentages", as: PostgresArray<Int64>.self).elements
            .map { UInt32(clamping: $0) }
        policy.shadowLimit = try value("shadow_limit")
        policy.overageAllowed = try value("overage_allowed")
        policy.overagePricePaise = try value("overage_price_paise")
        policy.overageMax = try value("overage_max")
        policy.autoScaleStep = try value("auto_scale_step")
        policy.autoScaleCeiling = try value("auto_scale_ceiling")
        policy.admitsWhenAway = try value("admits_when_away")
        policy.version = try value("version")
        return policy
    }
}
