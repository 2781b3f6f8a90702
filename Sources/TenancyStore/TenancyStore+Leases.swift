internal import Postgres
internal import Reactor
package import Tenancy

/// Why an exchange with the database failed.
package struct LeaseExchangeFailure: Error, Sendable {
    /// It may have been committed all the same.
    package let isUnknown: Bool
    package let error: DomainError
}

extension TenancyStore {
    /// How long a holder that says nothing is taken for alive.
    package static let holderTime = Duration.seconds(15)
    static let holderInterval = "interval '15 seconds'"

    /// A number for a holder of leases that no other has or had.
    ///
    /// - Throws: `unavailable`.
    package func newQuotaHolder() async throws(DomainError) -> Int64 {
        let rows = try await write(
            in: .platform, context: Self.holderContext,
            "SELECT nextval('quota_holders_holder_id_seq') AS holder_id")
        guard let row = rows.first else { throw Self.emptyAnswer }
        return try row.value("holder_id")
    }

    /// Reports of one holder, in one transaction and one round trip; a grant for each, in order.
    ///
    /// - Parameter name: says whose the holder is, for whoever looks at the table.
    /// - Parameter isAlive: Says beside it that the holder lives.
    package func exchangeLeases(
        _ holder: Int64, name: String, isAlive: Bool, _ reports: [LeaseReport]
    ) async throws(LeaseExchangeFailure) -> [LeaseGrant] {
        var statements: [SQL] = []
        if isAlive {
            statements.append(
                """
                SELECT keep_quota_holder(\(holder), \(name), \(unsafeSQL: Self.holderInterval))
                """)
        }
        if !reports.isEmpty { statements.append(Self.statement(of: holder, reports)) }
        let settings = TransactionSettings(scope: .platform, context: Self.holderContext)
        var attempts = 1
        while true {
            do throws(PostgresError) {
                let rows = try await client.pipeline(in: settings, statements)
                guard !reports.isEmpty else { return [] }
                return try Self.grants(rows.last ?? [], count: reports.count)
            } catch {
                guard attempts < Self.attemptsMax, DomainError.isConflict(error) else {
                    throw LeaseExchangeFailure(
                        isUnknown: [.outcomeUnknown, .cancelled, .decoding].contains(error.code),
                        error: DomainError(error))
                }
                attempts += 1
            }
        }
    }

    private static let holderContext = AuditContext(actor: "service:tenancyd")

    private static func statement(of holder: Int64, _ reports: [LeaseReport]) -> SQL {
        """
        SELECT * FROM exchange_quota_leases(
            \(holder), \(PostgresArray(reports.map(\.account.tenant.rawValue))),
            \(PostgresArray(reports.map(\.account.meter.name))),
            \(PostgresArray(reports.map(\.account.subject))),
            \(PostgresArray(reports.map(\.lease))), \(PostgresArray(reports.map(\.spent))),
            \(PostgresArray(reports.map(\.returned))), \(PostgresArray(reports.map(\.target))),
            \(PostgresArray(reports.map(\.need))))
        """
    }

    private static func grants(
        _ rows: [Row], count: Int
    ) throws(PostgresError) -> [LeaseGrant] {
        var grants = [LeaseGrant?](repeating: nil, count: count)
        for row in rows {
            let place = try row.decode("place", as: Int64.self)
            guard 1...Int64(count) ~= place else { continue }
            grants[Int(place) - 1] = try row.leaseGrant()
        }
        let found = grants.compactMap { $0 }
        guard found.count == count else {
            throw PostgresError(.decoding, "a report has no answer")
        }
        return found
    }

    /// The accounts of which holders were asked to give back what they hold, and have not yet; at
    /// most a thousand.
    ///
    /// - Throws: `unavailable`.
    package func recalledLeases(
        of holders: [Int64]
    ) async throws(DomainError) -> [QuotaAccount] {
        let rows = try await read(
            in: .platform,
            """
            SELECT l.tenant_id, l.resource_type, l.subject FROM tenant_quota_leases l
            WHERE l.holder_id = ANY (\(PostgresArray(holders))) AND l.is_recalled LIMIT 1000
            """)
        var accounts: [QuotaAccount] = []
        for row in rows {
            let resource: String = try row.value("resource_type")
            guard let meter = QuotaMeter(name: resource) else { continue }
            accounts.append(
                QuotaAccount(
                    tenant: try row.tenantID("tenant_id"), meter: meter,
                    subject: try row.value("subject")))
        }
        return accounts
    }

    /// Which accounts' units others wait for, as it is notified; nil when notifications may have
    /// been lost, and all have to be looked at. A hint, that the rows are the truth of.
    package func quotaRecalls() -> AsyncStream<QuotaRecall?> {
        let listener = NotificationListener(
            url: url, channels: ["quota_recall"], loop: loops.loops[0])
        let (stream, continuation) = AsyncStream<QuotaRecall?>.makeStream(
            bufferingPolicy: .bufferingNewest(NotificationListener.unreadEventsMax))
        let reader = Task {
            for await event in listener.events {
                switch event {
                case .connected: continuation.yield(nil)
                case .notification(_, let payload):
                    if let recall = QuotaRecall(payload) { continuation.yield(recall) }
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in
            listener.stop()
            reader.cancel()
        }
        return stream
    }
}

/// A holder misses units of an account.
package struct QuotaRecall: Sendable {
    package let account: QuotaAccount
    /// Who misses them: 0 for somebody who holds none.
    package let holder: Int64

    /// From what a notification says: holder, tenant, resource, subject.
    fileprivate init?(_ payload: String) {
        let parts = payload.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let holder = Int64(parts[0]), let number = Int64(parts[1]),
            let tenant = TenantID(number), let meter = QuotaMeter(name: String(parts[2]))
        else { return nil }
        account = QuotaAccount(tenant: tenant, meter: meter, subject: String(parts[3]))
        self.holder = holder
    }
}

extension Row {
    fileprivate func leaseGrant() throws(PostgresError) -> LeaseGrant {
        guard let state = LeaseGrant.State(rawValue: try decode("state", as: String.self)) else {
            throw PostgresError(.decoding, "an unknown state of a lease")
        }
        var grant = LeaseGrant(state)
        grant.admitsWhenAway = try decode("admits_when_away")
        grant.isRecalled = try decode("is_recalled")
        grant.validFor = try decodeIfPresent("valid_for", as: Int64.self).map {
            UInt64(clamping: $0) &* 1_000
        }
        grant.granted = try decode("granted")
        grant.max = try decode("max_units")
        grant.used = try decode("used")
        grant.reserved = try decode("reserved")
        grant.free = try decode("free")
        grant.elsewhere = try decode("elsewhere")
        grant.warnAt = try decodeIfPresent("warn_at", as: Int64.self) ?? .max
        grant.version = try decode("limit_version")
        return grant
    }
}
