package import Tenancy

/// What Postgres does for quota, without Postgres: the same rules as the functions of the schema,
/// which a test of the store holds against each other.
package struct ModelDatabase {
    /// Who holds leases: a server's incarnation, or a client's lease.
    package typealias Holder = Int64

    package struct LeaseName: Hashable {
        package let holder: Holder
        package let account: QuotaAccount
        package let lease: Int64
    }

    package struct Lease {
        package var period: Int64
        package var granted: Int64 = 0
        package var spent: Int64 = 0
        package var returned: Int64 = 0
        /// Units that were counted as consumed when the holder was taken for dead.
        package var lost: Int64 = 0
        package var isRecalled = false
        /// When its holder last reported.
        package var reportedAt: UInt64 = 0

        package var outstanding: Int64 { granted - spent - returned - lost }
    }

    package struct Counter {
        package var max: Int64
        /// The length of a period in nanoseconds; nil for a counter that never begins anew.
        package let window: UInt64?
        package let mode: LeaseGrant.Mode
        package let admitsWhenAway: Bool
        package var period: Int64 = 0
        package var used: Int64 = 0
        package var reserved: Int64 = 0
        /// What is in the hands of holders, of this period.
        package var leased: Int64 = 0
        package var version: Int64 = 1

        package init(
            max: Int64, window: UInt64?, mode: LeaseGrant.Mode = .enforced,
            admitsWhenAway: Bool = false
        ) {
            self.max = max
            self.window = window
            self.mode = mode
            self.admitsWhenAway = admitsWhenAway
        }
    }

    /// One row of the append-only ledger.
    package struct Entry {
        package enum Kind { case consumption, adjustment }
        package let account: QuotaAccount
        package let period: Int64
        package let kind: Kind
        package let units: Int64
        package let key: Int?
    }

    package struct PeriodName: Hashable {
        package let account: QuotaAccount
        package let period: Int64

        package init(account: QuotaAccount, period: Int64) {
            self.account = account
            self.period = period
        }
    }

    package private(set) var counters: [QuotaAccount: Counter]
    /// Shares that nobody has at the moment; their counters mean nothing.
    package private(set) var unlimited: Set<QuotaAccount> = []
    package private(set) var leases: [LeaseName: Lease] = [:]
    /// What was used in periods that are over.
    package private(set) var past: [PeriodName: Int64] = [:]
    package private(set) var entries: [Entry] = []
    /// The sums of the entries, to compare without adding them up every time.
    package private(set) var sums: [PeriodName: Int64] = [:]
    /// How many entries each key has.
    package private(set) var effects: [Int: Int] = [:]
    package private(set) var keys: [Int: (account: QuotaAccount, units: Int64)] = [:]
    package var isTenantActive = true

    package init(counters: [QuotaAccount: Counter]) {
        self.counters = counters
    }

    // MARK: - Exchange

    /// One transaction: the reports of one holder.
    ///
    /// - Returns: The grants, and the accounts whose other holders are to be told.
    package mutating func exchange(
        _ holder: Holder, _ reports: [LeaseReport], now: UInt64
    ) -> (grants: [LeaseGrant], recalled: [QuotaAccount]) {
        var grants: [LeaseGrant] = []
        var recalled: [QuotaAccount] = []
        for report in reports {
            grants.append(exchange(holder, report, now, &recalled))
        }
        return (grants, recalled)
    }

    private mutating func exchange(
        _ holder: Holder, _ report: LeaseReport, _ now: UInt64,
        _ recalled: inout [QuotaAccount]
    ) -> LeaseGrant {
        guard counters[report.account] != nil else { return LeaseGrant(.absent) }
        roll(report.account, now)
        let name = LeaseName(holder: holder, account: report.account, lease: report.lease)
        let isNew = leases[name] == nil
        var lease = leases[name] ?? Lease(period: counters[report.account]?.period ?? 0)
        lease.reportedAt = now
        let wasRecalled = lease.isRecalled
        settle(report, &lease)
        guard var counter = counters[report.account] else { return LeaseGrant(.absent) }
        var grant = LeaseGrant(.open)
        if lease.period != counter.period {
            grant.state = .over
        } else if lease.lost > 0 {
            grant.state = .lost
        } else if !isTenantActive {
            grant.state = .tenantInactive
        } else if unlimited.contains(report.account) {
            grant.state = .unlimited
            counter.max = 0
        }
        let want = report.target - lease.granted
        if grant.state == .open, want > 0 {
            let free = max(0, counter.max - counter.used - counter.reserved - counter.leased)
            let units =
                counter.mode == .shadow
                ? want
                : Self.units(
                    want: want, need: report.need, free: free, isRecalled: wasRecalled)
            lease.granted += units
            counter.leased += units
            counters[report.account] = counter
            if units < report.need, recall(report.account, except: name) {
                recalled.append(report.account)
            }
        }
        // A limit that was lowered below what is out calls everything back.
        let isTooMuch =
            counter.mode == .enforced
            && counter.max < counter.used + counter.reserved + counter.leased
        lease.isRecalled = lease.outstanding > 0 && (lease.isRecalled || isTooMuch)
        grant.isRecalled = lease.isRecalled
        if !isNew || lease.granted > 0 { leases[name] = lease }
        fill(&grant, counter, lease, now)
        return grant
    }

    /// How many units are granted. A holder whose units others wait for draws none, unless it gets
    /// all that its callers need: two that each held a part would wait for each other.
    package static func units(want: Int64, need: Int64, free: Int64, isRecalled: Bool) -> Int64 {
        if free >= need { return min(want, max(need, free / 4)) }
        return isRecalled ? 0 : free
    }

    private func fill(
        _ grant: inout LeaseGrant, _ counter: Counter, _ lease: Lease, _ now: UInt64
    ) {
        grant.mode = counter.mode
        grant.admitsWhenAway = counter.admitsWhenAway
        grant.granted = lease.granted
        grant.max = counter.max
        grant.used = counter.used
        grant.reserved = counter.reserved
        grant.version = counter.version
        grant.free = max(0, counter.max - counter.used - counter.reserved - counter.leased)
        grant.elsewhere = max(
            0, counter.leased - (lease.period == counter.period ? lease.outstanding : 0))
        guard grant.state != .unlimited else {
            grant.validFor = Self.unlimitedTime
            return
        }
        grant.validFor = counter.window.map { window in
            let end = UInt64(counter.period + 1) * window
            return end > now ? end - now : 0
        }
    }

    /// Counts what is new in a report's totals.
    private mutating func settle(_ report: LeaseReport, _ lease: inout Lease) {
        let spent = max(0, report.spent - lease.spent)
        let returned = max(0, report.returned - lease.returned)
        guard spent + returned > 0 else { return }
        let before = lease.outstanding
        lease.spent += spent
        lease.returned += returned
        // What was counted as lost is known now: the loss is taken back.
        let found = min(lease.lost, spent + returned)
        lease.lost -= found
        // More than was granted is spent only where the limit is not enforced, or while the
        // database was away.
        lease.granted = max(lease.granted, lease.spent + lease.returned + lease.lost)
        if returned > 0 { lease.isRecalled = false }
        guard !unlimited.contains(report.account) else { return }
        if counters[report.account]?.period == lease.period {
            counters[report.account]?.leased -= before - lease.outstanding
        }
        add(-found, .adjustment, report.account, lease.period, nil)
        add(spent, .consumption, report.account, lease.period, nil)
    }

    private mutating func add(
        _ units: Int64, _ kind: Entry.Kind, _ account: QuotaAccount, _ period: Int64, _ key: Int?
    ) {
        guard units != 0 else { return }
        entries.append(
            Entry(account: account, period: period, kind: kind, units: units, key: key))
        if let key { effects[key, default: 0] += 1 }
        let name = PeriodName(account: account, period: period)
        sums[name, default: 0] += units
        if counters[account]?.period == period {
            counters[account]?.used += units
        } else {
            past[name, default: 0] += units
        }
    }

    private mutating func recall(_ account: QuotaAccount, except own: LeaseName) -> Bool {
        var isAny = false
        for (name, lease) in leases
        where name.account == account && name != own && lease.outstanding > 0
            && lease.period == counters[account]?.period
        {
            leases[name]?.isRecalled = true
            isAny = true
        }
        return isAny
    }

    private mutating func roll(_ account: QuotaAccount, _ now: UInt64) {
        guard var counter = counters[account], let window = counter.window else { return }
        let period = Int64(now / window)
        // A clock that steps back does not bring the old period back.
        guard period > counter.period else { return }
        past[PeriodName(account: account, period: counter.period), default: 0] += counter.used
        counter.period = period
        counter.used = 0
        counter.leased = 0
        counter.reserved = 0
        counters[account] = counter
    }

    // MARK: - The rest

    /// Counts as consumed what a dead holder has not reported.
    package mutating func reclaim(_ holder: Holder) {
        for name in leases.keys where name.holder == holder { lose(name) }
    }

    /// The same for leases that nobody has reported of for long: a request that was late by more
    /// than its holder's patience has been granted what nobody knows of.
    package mutating func reclaim(reportedBefore time: UInt64) {
        for (name, lease) in leases where lease.reportedAt < time { lose(name) }
    }

    private mutating func lose(_ name: LeaseName) {
        guard let lease = leases[name], lease.outstanding > 0 else { return }
        let lost = lease.outstanding
        leases[name]?.lost += lost
        guard !unlimited.contains(name.account) else { return }
        if counters[name.account]?.period == lease.period {
            counters[name.account]?.leased -= lost
        }
        add(lost, .adjustment, name.account, lease.period, nil)
    }

    package enum KeyedOutcome: Equatable {
        case admitted, replayed, denied, recalling, reused, inactive
    }

    /// A taking under an idempotency key: the key is looked at before any limit.
    ///
    /// - Parameter share: What it is taken from too, or from neither.
    package mutating func consume(
        _ account: QuotaAccount, _ units: Int64, share: QuotaAccount?, key: Int, now: UInt64
    ) -> (outcome: KeyedOutcome, recalled: [QuotaAccount]) {
        if let known = keys[key] {
            return (known.account == account && known.units == units ? .replayed : .reused, [])
        }
        guard isTenantActive else { return (.inactive, []) }
        let taken = [account] + (share.map { unlimited.contains($0) ? [] : [$0] } ?? [])
        for account in taken {
            roll(account, now)
            guard let counter = counters[account] else { return (.denied, []) }
            let free = counter.max - counter.used - counter.reserved - counter.leased
            guard units > free else { continue }
            guard units <= free + counter.leased else { return (.denied, []) }
            let nobody = LeaseName(holder: 0, account: account, lease: 0)
            return recall(account, except: nobody) ? (.recalling, [account]) : (.denied, [])
        }
        keys[key] = (account, units)
        for part in taken {
            add(
                units, .consumption, part, counters[part]?.period ?? 0,
                part == account ? key : nil)
        }
        return (.admitted, [])
    }

    /// How long it is believed that there is no share.
    package static let unlimitedTime: UInt64 = 200_000_000

    /// Gives a member a share, or takes it away. What holders have of it this month stays theirs,
    /// and is counted.
    package mutating func setShare(_ account: QuotaAccount, isThere: Bool, now: UInt64) {
        roll(account, now)
        guard isThere else {
            unlimited.insert(account)
            return
        }
        guard unlimited.remove(account) != nil else { return }
        counters[account]?.used = 0
        counters[account]?.leased = 0
        counters[account]?.version += 1
        for (name, lease) in leases
        where name.account == account && lease.period == counters[account]?.period {
            counters[account]?.used += lease.lost
            counters[account]?.leased += lease.outstanding
        }
    }

    package mutating func setLimit(_ account: QuotaAccount, _ max: Int64) {
        counters[account]?.max = max
        counters[account]?.version += 1
    }
}
