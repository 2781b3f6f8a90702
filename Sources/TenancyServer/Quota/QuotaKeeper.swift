internal import Logging
internal import Reactor
internal import Tenancy
internal import TenancyStore

/// The units of all tenants that this server holds, and the way to those that it does not: what is
/// in hand is given from memory, everything else by the database. QUOTA.md says how.
final class QuotaKeeper: ChangeFollower, QuotaHolder {
    /// How often it looks whether others wait for what is held here.
    private static let lookInterval = Duration.seconds(1)

    private let shards: [QuotaShard]
    private struct ShareName: Hashable {
        let tenant: TenantID
        let user: UserID
        let resource: Resource
    }

    /// For each shard, on its loop.
    private let levelReadings: [SharedReadings<TenantID, QuotaLevels>]
    private let shareReadings: [SharedReadings<ShareName, UserQuota?>]
    private let store: TenancyStore

    /// A shard for each loop, so that the tasks that talk to the database share the work.
    init(
        store: TenancyStore, loops: EventLoopGroup, server: String,
        settings: LedgerSettings = LedgerSettings(), logger: Logger
    ) {
        self.store = store
        shards = loops.loops.enumerated().map { index, loop in
            QuotaShard(
                store: store, loop: loop, name: "\(server)/\(index)", settings: settings,
                logger: logger)
        }
        levelReadings = zip(shards, loops.loops).map { shard, loop in
            SharedReadings(on: loop) { tenant throws(DomainError) in
                await shard.flush(tenant, withSubjects: false)
                return try await store.quotaLevels(of: tenant)
            }
        }
        shareReadings = zip(shards, loops.loops).map { shard, loop in
            SharedReadings(on: loop) { share throws(DomainError) in
                await shard.flush(share.tenant, withSubjects: true)
                return try await store.userQuota(of: share.tenant, share.user, share.resource)
            }
        }
        store.tellChanges(to: self)
        store.tellRecalls(to: self)
    }

    private func place(_ tenant: TenantID) -> Int {
        Int(UInt64(bitPattern: tenant.rawValue) % UInt64(shards.count))
    }

    private func shard(_ tenant: TenantID) -> QuotaShard { shards[place(tenant)] }

    // MARK: - Taking

    /// Takes units if that is certain from memory; nil when it is not, and then nothing has
    /// happened.
    ///
    /// - Parameter now: A time after the call came, and not after this.
    func takeAtOnce(
        _ tenant: TenantID, _ resource: Resource, _ units: Int64, at now: MonotonicInstant
    ) -> LedgerStanding? {
        shard(tenant).takeAtOnce(
            QuotaCharge(QuotaAccount(tenant: tenant, meter: QuotaMeter(resource)), units), at: now)
    }

    /// The same.
    ///
    /// - Parameter user: From whose share they are taken too.
    /// - Parameter key: From whose hour a call is taken with them.
    func takeAtOnce(
        _ tenant: TenantID, _ resource: Resource, _ units: Int64, of user: UserID?,
        with key: KnownKey?, at now: MonotonicInstant
    ) -> LedgerStanding? {
        guard user != nil || key != nil else {
            return takeAtOnce(tenant, resource, units, at: now)
        }
        let share = QuotaAccount(tenant: tenant, resource, shareOf: user)
        return shard(tenant).takeAtOnce(
            QuotaCharge(QuotaAccount(tenant: tenant, meter: QuotaMeter(resource)), units),
            and: share.map { QuotaCharge($0, units) },
            and: key.map { QuotaCharge($0.hour, 1) }, at: now)
    }

    /// What is certain from memory about an amount; nil when only the database knows.
    func checkAtOnce(
        _ tenant: TenantID, _ resource: Resource, _ units: Int64, at now: MonotonicInstant
    ) -> LedgerStanding? {
        shard(tenant).check(
            QuotaAccount(tenant: tenant, meter: QuotaMeter(resource)), units, at: now)
    }

    /// The same.
    ///
    /// - Parameter user: Of whose share it has to be left too.
    func checkAtOnce(
        _ tenant: TenantID, _ resource: Resource, _ units: Int64, of user: UserID?,
        at now: MonotonicInstant
    ) -> LedgerStanding? {
        shard(tenant).check(
            QuotaAccount(tenant: tenant, meter: QuotaMeter(resource)),
            and: QuotaAccount(tenant: tenant, resource, shareOf: user), units, at: now)
    }

    /// What is known about an amount, from memory or, where it was not there, from what the
    /// database has just said; nil when that was not certain either.
    func check(
        _ tenant: TenantID, _ resource: Resource, _ units: Int64, of user: UserID?
    ) async -> LedgerStanding? {
        let account = QuotaAccount(tenant: tenant, meter: QuotaMeter(resource))
        let share = QuotaAccount(tenant: tenant, resource, shareOf: user)
        let shard = shard(tenant)
        if let standing = shard.check(account, and: share, units, at: .now()) { return standing }
        // The check has left the question, which shares an exchange with all that come meanwhile.
        await shard.answered(account)
        if let share { await shard.answered(share) }
        return shard.check(account, and: share, units, at: .now())
    }

    /// Takes an amount if all of it is left.
    ///
    /// - Parameter user: From whose share it is taken too, or from neither.
    /// - Parameter key: From whose hour a call is taken with it, or neither.
    /// - Throws: `quotaExceeded`, `tooMany` for the key, `notFound`, `failedPrecondition`; nothing
    ///   was taken then. `unavailable`: the database is needed and away; what was to be committed
    ///   may be.
    func consume(
        _ tenant: TenantID, _ resource: Resource, _ units: Int64, _ durability: Durability,
        of user: UserID?, with key: KnownKey? = nil
    ) async throws(DomainError) -> QuotaAnswer {
        let amounts = [(resource: resource, units: units)]
        guard
            let answer = try await consume(tenant, amounts, durability, of: user, with: key).first
        else {
            throw DomainError(.internalFailure, message: "a taking has no answer")
        }
        return answer
    }

    /// Takes several amounts of different resources, or nothing; the answers share one standing.
    func consume(
        _ tenant: TenantID, _ amounts: [(resource: Resource, units: Int64)],
        _ durability: Durability, of user: UserID?, with key: KnownKey? = nil
    ) async throws(DomainError) -> [QuotaAnswer] {
        var charges = amounts.map {
            QuotaCharge(
                QuotaAccount(tenant: tenant, meter: QuotaMeter($0.resource)), $0.units)
        }
        var shared: [(resource: Resource, units: Int64)] = []
        for amount in amounts {
            guard let share = QuotaAccount(tenant: tenant, amount.resource, shareOf: user)
            else { continue }
            shared.append(amount)
            charges.append(QuotaCharge(share, amount.units))
        }
        if let key { charges.append(QuotaCharge(key.hour, 1)) }
        let outcome = await shard(tenant).consume(charges, durability)
        let now = WallClock.now()
        switch outcome {
        case .admitted(let standing):
            return amounts.map {
                QuotaAnswer(standing, of: $0.resource, durability: durability, decidedAt: now)
            }
        case .denied(let standing, amounts.count + shared.count, _):
            throw KeyRate(
                standing, isAdmitted: false, at: now, MonotonicInstant.now().nanoseconds
            ).excess
        case .denied(let standing, let position, let retryAfter):
            let isShare = position >= amounts.count
            let refused = isShare ? shared[position - amounts.count] : amounts[position]
            throw .quotaExceeded(
                QuotaExcess(
                    status: QuotaStatus(standing, of: refused.resource),
                    requested: UInt64(refused.units), user: isShare ? user : nil,
                    retryAfterSeconds: refused.resource == .users || refused.resource == .storage
                        ? nil : retryAfter.map { Int64(clamping: $0 / 1_000_000_000 + 1) }))
        default: throw Self.error(outcome)
        }
    }

    // MARK: - Keys

    /// Takes calls from the hour of a key's family if that is certain from memory; nil when it is
    /// not, and then nothing has happened.
    func takeCallsAtOnce(of key: KnownKey, _ cost: Int64, at now: Timestamp) -> KeyRate? {
        let time = MonotonicInstant.now()
        return shard(key.tenant).takeAtOnce(QuotaCharge(key.hour, cost), at: time).map {
            KeyRate($0, isAdmitted: true, at: now, time.nanoseconds)
        }
    }

    /// Takes calls from the hour of a key's family, if all of them are left. Nil when there is no
    /// such family.
    ///
    /// - Throws: `unavailable`.
    func takeCalls(of key: KnownKey, _ cost: Int64) async throws(DomainError) -> KeyRate? {
        let outcome = await shard(key.tenant).consume([QuotaCharge(key.hour, cost)], .leased)
        let now = WallClock.now()
        let time = MonotonicInstant.now().nanoseconds
        switch outcome {
        case .admitted(let standing):
            return KeyRate(standing, isAdmitted: true, at: now, time)
        case .denied(let standing, _, _):
            return KeyRate(standing, isAdmitted: false, at: now, time)
        case .absent: return nil
        default: throw Self.error(outcome)
        }
    }

    private static func error(_ outcome: LedgerOutcome) -> DomainError {
        switch outcome {
        case .absent: .tenantNotFound
        case .tenantInactive: .tenantNotActive
        case .subscriptionInactive: .subscriptionNotActive
        case .unknown:
            DomainError(
                .unavailable,
                message: "the database was lost while committing; the units may be taken")
        default: DomainError(.unavailable, message: "the database cannot be reached")
        }
    }

    // MARK: - Asking

    /// Where a tenant stands, with everything that this server has acknowledged. All who ask at the
    /// same time share one reading.
    ///
    /// - Throws: `notFound`, `unavailable`, `cancelled`.
    func levels(of tenant: TenantID) async throws(DomainError) -> QuotaLevels {
        try await levelReadings[place(tenant)].value(of: tenant)
    }

    /// Where the share of a member stands, in the same way; nil when there is none, or nobody.
    ///
    /// - Throws: `unavailable`, `cancelled`.
    func share(
        of user: UserID?, _ tenant: TenantID, _ resource: Resource
    ) async throws(DomainError) -> UserQuota? {
        guard let user, resource.hasShares else { return nil }
        return try await shareReadings[place(tenant)].value(
            of: ShareName(tenant: tenant, user: user, resource: resource))
    }

    /// Waits until the database knows what was taken of a tenant so far, or cannot be told.
    ///
    /// - Parameter withShares: And what was taken of its members' shares.
    func flush(_ tenant: TenantID, withShares: Bool = false) async {
        await shard(tenant).flush(tenant, withSubjects: withShares)
    }

    /// Makes sure that a limit is known in at least a version.
    ///
    /// - Throws: `failedPrecondition` when it has no such version yet, `unavailable`.
    func require(
        version: Int64, of tenant: TenantID, _ resource: Resource
    ) async throws(DomainError) {
        let account = QuotaAccount(tenant: tenant, meter: QuotaMeter(resource))
        let shard = shard(tenant)
        if let known = shard.limitVersion(of: account), known >= version { return }
        let levels = try await store.quotaLevels(of: tenant)
        let present = levels.levels.first { $0.status.resource == resource }?.version ?? 0
        guard present >= version else { throw .limitVersionAhead(of: present) }
        await shard.refreshed(account)
    }

    // MARK: - Changes

    func absorb(_ changes: TenantChanges, asOf: MonotonicInstant) {
        guard case .of(let tenants) = changes else {
            for shard in shards { shard.reviewEverything() }
            return
        }
        for tenant in tenants { forget(tenant) }
    }

    func forget(_ tenant: TenantID) { shard(tenant).refresh(tenant) }

    func refreshed(_ tenant: TenantID) async { await shard(tenant).refreshed(tenant) }

    /// Others wait for units that may be here: no notification has to come for that.
    func giveBack(_ account: QuotaAccount) async {
        await shard(account.tenant).giveBack(account)
    }

    // MARK: - Life

    /// Serves until `end`, and until everything was given back.
    func run() async {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.listen() }
            tasks.addTask { await self.look() }
            await withTaskGroup(of: Void.self) { shards in
                for shard in self.shards { shards.addTask { await shard.run() } }
            }
            tasks.cancelAll()
        }
    }

    /// Takes in that others wait for units which are held here.
    private func listen() async {
        for await recall in store.quotaRecalls() {
            if let recall {
                shard(recall.account.tenant).recall(recall)
            } else {
                for shard in shards { shard.reviewEverything() }
            }
        }
    }

    /// The same from the rows, should a notification be lost.
    private func look() async {
        while (try? await Task.sleep(for: Self.lookInterval)) != nil {
            let holders = shards.compactMap { $0.holderOfUnits }
            guard !holders.isEmpty,
                let accounts = try? await store.recalledLeases(of: holders)
            else { continue }
            for account in accounts { shard(account.tenant).recall(account) }
        }
    }

    /// Gives every unit back.
    func end() {
        for shard in shards { shard.end() }
    }
}
