/// The decisions of one holder of leases: events go in, decisions and things to do come out. It
/// reads no clock and does no I/O; every event brings the time of a monotonic clock, in
/// nanoseconds.
///
/// The database sets units aside for a holder, and from then on they are the holder's to give:
/// a taking is arithmetic. What was given flows back in reports of totals (`LeaseReport`). So the
/// sum of all that holders can give is never above the limit, whatever is lost or late on the way,
/// and a holder that dies takes at most what it held with it.
///
/// Who drives it calls `exchange` when `exchangeTime` has come, sends what it answers to the
/// database, and comes back with `complete` or `fail`. A tenant is in one exchange at a time, so
/// that what comes meanwhile shares the next one: many commits cost one. Exchanges of other tenants
/// may be under way beside it, so that nobody waits for what the database has to do for others.
package struct LeaseLedger: Sendable {
    let settings: LedgerSettings

    var index = AccountIndex()
    var slots: [LedgerSlot] = []
    var vacantSlots: [Int32] = []
    var waiters = LedgerWaiters()
    var commits = LedgerLinks()
    var watches = LedgerLinks()
    var nextLease: Int64 = 1

    var dirty = LedgerList()
    var urgent = LedgerList()
    /// Those whose units run low: before what is dirty, after what somebody waits for.
    var low = LedgerList()
    /// When those that poll look again, in order.
    var polls: [(time: UInt64, slot: Int32)] = []
    /// When the oldest unreported consumption is to be reported.
    var flushAt = UInt64.max
    /// Until then only what somebody waits for is reported.
    var flushPausedUntil: UInt64 = 0

    /// Before then no exchange begins: those whose commits were just shared are calling again.
    var gathersUntil: UInt64 = 0

    /// Those under way, in the order in which they began; and whose they are.
    var exchanges: [LedgerExchange] = []
    var tenantsInExchange: Set<TenantID> = []
    /// Whether one of them tells of what nobody waits for, and before when no further one begins;
    /// kept, because `exchangeTime` is asked after every call.
    var isQuietUnderWay = false
    var nextExchangeAt: UInt64 = 0
    /// How many exchanges were begun: the number of the last one.
    package internal(set) var exchangeNumber: UInt64 = 0
    /// The database did not answer the last time.
    package internal(set) var isAway = false
    /// Everything goes back, and nothing is drawn ahead any more.
    var isEnding = false
    var retryAt: UInt64 = 0
    var retryDelay: UInt64 = 0
    var sweepPosition = 0

    package init(settings: LedgerSettings = LedgerSettings()) {
        self.settings = settings
    }

    /// How many accounts are in memory.
    package var accountCount: Int { index.count }
    /// How many calls wait.
    package var waitingCount: Int { waiters.count }

    /// Whether an exchange is due before a time. What is asked after every call asks for this, and
    /// not for `exchangeTime`: for a value from outside, all of the ledger is copied.
    package mutating func isDue(before time: UInt64) -> Bool {
        guard let due = exchangeTime else { return false }
        return due < time
    }

    // MARK: - Taking

    /// Takes units of one account if that is certain from memory; nil when it is not, and then
    /// nothing has happened.
    package mutating func takeAtOnce(_ charge: QuotaCharge, now: UInt64) -> LedgerStanding? {
        guard let slot = index[charge.account] else { return nil }
        return takeFast(Int(slot), charge.units, now)
    }

    /// The same for up to three accounts of a tenant, all or none; answers the standing of the
    /// first.
    package mutating func takeAtOnce(
        _ first: QuotaCharge, and second: QuotaCharge?, and third: QuotaCharge? = nil,
        now: UInt64
    ) -> LedgerStanding? {
        guard let one = index[first.account], let other = further(second, now),
            let another = further(third, now),
            let standing = takeFast(Int(one), first.units, now)
        else { return nil }
        if let second, other >= 0 { _ = takeFast(other, second.units, now) }
        if let third, another >= 0 { _ = takeFast(another, third.units, now) }
        return standing
    }

    /// Where a further charge is taken from; -1 for nowhere, since there is none or nothing limits
    /// it, and nil when it is not certain that it can be.
    private func further(_ charge: QuotaCharge?, _ now: UInt64) -> Int? {
        guard let charge else { return -1 }
        guard let slot = index[charge.account].map({ Int($0) }) else { return nil }
        if slots[slot].isUnlimited(at: now) { return -1 }
        return slots[slot].canGive(charge.units, at: now) ? slot : nil
    }

    /// Takes units of one account, or nothing.
    package mutating func consume(
        _ charge: QuotaCharge, _ durability: Durability = .leased, now: UInt64
    ) -> LedgerDecision {
        if durability == .leased, let slot = index[charge.account],
            let standing = takeFast(Int(slot), charge.units, now)
        {
            return .now(.admitted(standing))
        }
        return consume([charge], durability, now: now)
    }

    /// The way of nearly every call: units are in the hand, and nothing is in the way.
    private mutating func takeFast(
        _ slot: Int, _ units: Int64, _ now: UInt64
    ) -> LedgerStanding? {
        guard slots[slot].canGive(units, at: now) else { return nil }
        slots[slot].inHand -= units
        slots[slot].spent += units
        slots[slot].current = slots[slot].current.addingClamped(units)
        slots[slot].lastUse = now
        markDirty(slot, now)
        if slots[slot].inHand < slots[slot].block / 2 { refill(slot, now) }
        return slots[slot].standing(isDegraded: isAway)
    }

    /// Takes from every account, or from none. The accounts differ, and are of one tenant.
    package mutating func consume(
        _ charges: [QuotaCharge], _ durability: Durability = .leased, now: UInt64
    ) -> LedgerDecision {
        switch decide(charges, now, isFirst: false) {
        case .decided(let outcome): return .now(outcome)
        case .possible(let chosen):
            guard durability == .committed else {
                return .now(.admitted(take(charges, durability, chosen, now)))
            }
            let place = waiters.add(.init(charges: [], durability: durability))
            commit(charges, place, chosen, now)
            guard waiters[place].accountsOpen == 0 else {
                return .later(waiters.ticket(place))
            }
            let outcome = waiters[place].outcome
            waiters.remove(place)
            return .now(outcome)
        case .short(let slot):
            guard waiters.count < settings.ticketsMax else { return .now(.unavailable) }
            let place = waiters.add(
                .init(
                    charges: charges, durability: durability, exchange: exchangeNumber))
            wait(place, at: slot, now)
            return .later(waiters.ticket(place))
        }
    }

    /// Whether so many units are left, as far as that is certain from memory; 0 asks for any. Nil
    /// when only the database knows; the next question about the account finds it in memory. Of
    /// what nothing limits everything is left.
    package mutating func check(
        _ account: QuotaAccount, _ units: Int64, now: UInt64
    ) -> LedgerStanding? {
        if let found = index[account] {
            let slot = Int(found)
            if slots[slot].canGive(Swift.max(units, 1), at: now)
                || slots[slot].isUnlimited(at: now)
            {
                slots[slot].lastUse = now
                return slots[slot].standing(isDegraded: isAway)
            }
        }
        guard let slot = slot(for: account, now) else { return nil }
        slots[slot].lastUse = now
        if now >= slots[slot].deniedUntil, !isAway { draw(slot, now) }
        return nil
    }

    /// The caller is gone. What it waited for is not taken any more; what was taken stays so.
    package mutating func cancel(_ ticket: LedgerTicket) {
        guard let place = waiters.place(of: ticket) else { return }
        waiters[place].isCancelled = true
    }

    // MARK: - Deciding

    enum Verdict {
        /// Every account has the units; `chosen` is the one with the least left, of the tenant's
        /// own if there are any.
        case possible(chosen: Int)
        case decided(LedgerOutcome)
        /// The database has to be asked about this slot.
        case short(Int)
    }

    /// - Parameter isFirst: The call waits at the head of its queue; nobody goes before it.
    mutating func decide(
        _ charges: [QuotaCharge], _ now: UInt64, isFirst: Bool
    ) -> Verdict {
        var chosen = charges.firstIndex { $0.account.subject.isEmpty } ?? 0
        var least = Int64.max
        var short: Int?
        for (position, charge) in charges.enumerated() {
            guard let slot = slot(for: charge.account, now) else {
                return .decided(.unavailable)
            }
            if now >= slots[slot].validUntil { roll(slot, now) }
            switch decide(slot, charge.units, position, now, isFirst: isFirst) {
            case .decided(let outcome): return .decided(outcome)
            case .short: short = short ?? slot
            case .possible:
                guard charge.account.subject.isEmpty || charges.count == 1 else { continue }
                let left = slots[slot].max - slots[slot].current
                if left < least, !slots[slot].flags.contains(.unlimited) {
                    (least, chosen) = (left, position)
                }
            }
        }
        if let short { return .short(short) }
        return .possible(chosen: chosen)
    }

    private mutating func decide(
        _ slot: Int, _ units: Int64, _ position: Int, _ now: UInt64, isFirst: Bool
    ) -> Verdict {
        let flags = slots[slot].flags
        let mustAsk = flags.contains(.unknown)
        if !mustAsk, flags.contains(.refused), now < slots[slot].deniedUntil {
            return .decided(refusal(slots[slot].refusal))
        }
        if !mustAsk, !flags.contains(.refused) {
            if flags.contains(.unlimited) { return .possible(chosen: 0) }
            if units <= slots[slot].inHand, isFirst || !flags.contains(.hasWaiters) {
                return .possible(chosen: 0)
            }
            if isAway, flags.contains(.admitsWhenAway), slots[slot].canOverdraw(units) {
                return .possible(chosen: 0)
            }
            if now < slots[slot].deniedUntil, units >= slots[slot].deniedUnits {
                return .decided(denial(slot, position, now))
            }
        }
        if isAway, now < retryAt || !exchanges.isEmpty {
            // Asked again all the same, so that the end of the outage is found.
            markUrgent(slot)
            return .decided(.unavailable)
        }
        return .short(slot)
    }

    func refusal(_ state: LeaseGrant.State) -> LedgerOutcome {
        switch state {
        case .tenantInactive: .tenantInactive
        case .subscriptionInactive: .subscriptionInactive
        default: .absent
        }
    }

    /// What others hold, and do not give back, is not free: the answer shows it as reserved.
    func denial(_ slot: Int, _ position: Int, _ now: UInt64) -> LedgerOutcome {
        var standing = slots[slot].standing(isDegraded: isAway)
        let left = Swift.max(0, Swift.min(slots[slot].deniedUnits - 1, slots[slot].max))
        standing.reserved = Swift.max(
            standing.reserved, slots[slot].max - standing.current - left)
        let end = slots[slot].validUntil
        return .denied(standing, charge: position, retryAfter: end == .max ? nil : end &- now)
    }

    // MARK: - Effects

    private mutating func take(
        _ charges: [QuotaCharge], _ durability: Durability, _ chosen: Int, _ now: UInt64
    ) -> LedgerStanding {
        var standing = LedgerStanding(
            current: 0, reserved: 0, max: 0, version: 0, isWarning: false, isDegraded: isAway)
        for (position, charge) in charges.enumerated() {
            guard let found = index[charge.account] else { continue }
            let slot = Int(found)
            take(slot, charge.units, durability, now)
            if position == chosen { standing = slots[slot].standing(isDegraded: isAway) }
        }
        return standing
    }

    private mutating func take(
        _ slot: Int, _ units: Int64, _ durability: Durability, _ now: UInt64
    ) {
        slots[slot].lastUse = now
        guard !slots[slot].flags.contains(.unlimited) else { return }
        slots[slot].inHand -= units
        slots[slot].current = slots[slot].current.addingClamped(units)
        if durability == .committed {
            slots[slot].pending += units
            markUrgent(slot)
        } else {
            slots[slot].spent += units
            markDirty(slot, now)
        }
        if slots[slot].inHand < slots[slot].block / 2 { refill(slot, now) }
    }

    /// Takes, and lets the call wait for the commit of every account.
    mutating func commit(
        _ charges: [QuotaCharge], _ place: Int32, _ chosen: Int, _ now: UInt64
    ) {
        let standing = take(charges, .committed, chosen, now)
        waiters[place].outcome = .admitted(standing)
        waiters[place].accountsOpen = 0
        for charge in charges {
            guard let found = index[charge.account],
                !slots[Int(found)].flags.contains(.unlimited)
            else { continue }
            waiters[place].accountsOpen += 1
            commits.append(
                waiter: place, mark: charge.units, to: &slots[Int(found)].commits)
        }
    }

    /// Takes for a call at the head of a queue; its outcome, unless it now waits for the commit.
    mutating func admit(
        _ place: Int32, _ chosen: Int, _ now: UInt64
    ) -> LedgerOutcome? {
        let charges = waiters[place].charges
        guard waiters[place].durability == .committed else {
            return .admitted(take(charges, .leased, chosen, now))
        }
        commit(charges, place, chosen, now)
        return waiters[place].accountsOpen == 0 ? waiters[place].outcome : nil
    }

    mutating func wait(_ place: Int32, at slot: Int, _ now: UInt64) {
        waiters.append(place, to: &slots[slot].waiters)
        slots[slot].flags.insert(.hasWaiters)
        slots[slot].lastUse = now
        // Who waits for the commit anyway draws nothing ahead, unless calls come one upon the
        // other: then each would wait for two exchanges.
        if waiters[place].durability == .leased || isBusy(slot, now) {
            draw(slot, now)
        } else {
            markUrgent(slot)
        }
    }

    /// Whether units were drawn not long ago.
    private func isBusy(_ slot: Int, _ now: UInt64) -> Bool {
        slots[slot].drawnAt > 0 && now &- slots[slot].drawnAt < settings.busyTime
    }

    // MARK: - Slots

    /// The slot of an account, made when there is none; nil when memory is full.
    mutating func slot(for account: QuotaAccount, _ now: UInt64) -> Int? {
        if let found = index[account] { return Int(found) }
        guard index.count < settings.accountsMax else { return nil }
        let slot = place(LedgerSlot(account: account, lease: nextLease, now: now))
        nextLease += 1
        index[account] = Int32(slot)
        return slot
    }

    mutating func place(_ slot: LedgerSlot) -> Int {
        if let vacant = vacantSlots.popLast() {
            slots[Int(vacant)] = slot
            return Int(vacant)
        }
        // By a quarter and not by doubling: a million accounts would pay for a second million.
        if slots.count == slots.capacity {
            slots.reserveCapacity(slots.count + slots.count / 4 + 64)
        }
        slots.append(slot)
        return slots.count - 1
    }

    /// The period of the slot's lease is over: what is unsettled is reported by a slot of its own,
    /// and the account begins anew. Calls that wait for units wait for those of the new period.
    mutating func roll(_ slot: Int, _ now: UInt64) {
        let isInFlight = slots[slot].flags.contains(.isInFlight)
        let isInDoubt = slots[slot].flags.contains(.isInDoubt)
        if isInFlight || isInDoubt || slots[slot].granted != slots[slot].settled
            || slots[slot].isUnsettled
        {
            var closing = slots[slot]
            closing.flags = isInFlight ? [.closing, .isInFlight] : .closing
            closing.returnHand()
            closing.waiters = LedgerQueue()
            let end = place(closing)
            if isInFlight { moveInExchange(Int32(slot), to: Int32(end)) }
            if slots[end].isUnsettled || isInDoubt { markUrgent(end) }
            slots[slot].flags.subtract([.isInFlight, .isInDoubt, .isRecalled])
            slots[slot].watches = LedgerQueue()
        }
        slots[slot].begin(lease: nextLease)
        nextLease += 1
        slots[slot].commits = LedgerQueue()
        slots[slot].current = 0
        slots[slot].validUntil = .max
        slots[slot].deniedUntil = 0
        slots[slot].drawnAt = 0
        slots[slot].flags.insert(.unknown)
        slots[slot].flags.remove(.refused)
        // The answer that they waited for is of the old period.
        if slots[slot].flags.contains(.hasWaiters) { markUrgent(slot) }
    }

    // MARK: - What is to be reported

    mutating func markDirty(_ slot: Int, _ now: UInt64) {
        guard !slots[slot].flags.contains(.isDirty) else { return }
        slots[slot].flags.insert(.isDirty)
        if dirty.isEmpty { flushAt = now &+ settings.flushInterval }
        dirty.append(Int32(slot))
    }

    mutating func markUrgent(_ slot: Int) {
        guard !slots[slot].flags.contains(.isUrgent) else { return }
        slots[slot].flags.insert(.isUrgent)
        urgent.append(Int32(slot))
    }

    /// Asks for a block, ahead of need.
    private mutating func refill(_ slot: Int, _ now: UInt64) {
        guard now >= slots[slot].deniedUntil, !slots[slot].flags.contains(.isInFlight), !isEnding
        else { return }
        askForBlock(slot)
        guard slots[slot].flags.isDisjoint(with: [.isUrgent, .isLow]) else { return }
        slots[slot].flags.insert(.isLow)
        low.append(Int32(slot))
    }

    /// Asks for a block that somebody waits for.
    mutating func draw(_ slot: Int, _ now: UInt64) {
        askForBlock(slot)
        markUrgent(slot)
    }

    private mutating func askForBlock(_ slot: Int) {
        guard !isEnding else { return }
        if slots[slot].block == 0 { slots[slot].block = settings.blockMin }
        slots[slot].flags.insert(.draws)
    }
}

// MARK: - Inspection, for simulations and metrics

extension LeaseLedger {
    /// The lease that an account's takings come from now.
    package func lease(of account: QuotaAccount) -> Int64? {
        index[account].map { slots[Int($0)].lease }
    }

    /// What breaks a rule of the ledger's own, if anything does.
    package var inconsistency: String? {
        for (place, slot) in slots.enumerated() where !slot.flags.contains(.isVacant) {
            let sum = slot.inHand + slot.spent + slot.pending + slot.returned
            if sum != slot.granted { return "slot \(place): \(sum) of \(slot.granted) units" }
            if slot.inHand < 0, !slot.flags.contains(.admitsWhenAway) {
                return "slot \(place): \(slot.inHand) in hand"
            }
            if slot.flags.contains(.hasWaiters) == slot.waiters.isEmpty {
                return "slot \(place): its queue and its flag differ"
            }
        }
        return nil
    }

    /// The exchanges under way, by their numbers.
    package var exchangesUnderWay: [UInt64] { exchanges.map(\.number) }

    /// The units that may be given without asking the database.
    package var unitsInHand: Int64 { slots.reduce(0) { $0 + Swift.max(0, $1.inHand) } }
}
