/// What a ledger is told beside the answers of the database, and what it does from time to time.
extension LeaseLedger {
    // MARK: - Hints

    /// Others wait for what is left of this account.
    package mutating func recall(_ account: QuotaAccount, now: UInt64) {
        guard let found = index[account] else { return }
        let slot = Int(found)
        slots[slot].returnHand()
        if slots[slot].flags.contains(.isInFlight) { slots[slot].flags.insert(.isRecalled) }
        if slots[slot].isUnsettled { markUrgent(slot) }
    }

    // MARK: - Waiting until the database has heard

    /// The same as `recall`, for who waits until the database knows; nil when it does.
    package mutating func giveBack(_ account: QuotaAccount, now: UInt64) -> LedgerTicket? {
        recall(account, now: now)
        guard let slot = index[account] else { return nil }
        guard slots[Int(slot)].isUnsettled || slots[Int(slot)].flags.contains(.isInFlight) else {
            return nil
        }
        return tell([slot])
    }

    /// For who waits until the database knows what was taken of a tenant so far; nil when it does.
    ///
    /// - Parameter withSubjects: Of its users and keys too, of which there may be many.
    package mutating func flush(_ tenant: TenantID, withSubjects: Bool = false) -> LedgerTicket? {
        tell(places(of: tenant, withSubjects: withSubjects).filter { slots[Int($0)].isUnsettled })
    }

    /// For who waits until the database has been asked about an account; nil when it is not going
    /// to be.
    package mutating func question(of account: QuotaAccount) -> LedgerTicket? {
        guard let slot = index[account] else { return nil }
        let flags = slots[Int(slot)].flags
        // The answer under way is as good as the next one.
        if flags.contains(.isInFlight) { return watch([slot], from: 0) }
        return flags.contains(.isUrgent) ? watch([slot], from: exchangeNumber + 1) : nil
    }

    /// What is under way may have been asked before the last taking: an exchange has to begin.
    private mutating func tell(_ places: [Int32]) -> LedgerTicket? {
        for place in places { markUrgent(Int(place)) }
        return watch(places, from: exchangeNumber + 1)
    }

    /// - Parameter number: The first exchange whose answer will do.
    private mutating func watch(_ places: [Int32], from number: UInt64) -> LedgerTicket? {
        guard !places.isEmpty else { return nil }
        let waiter = waiters.add(.init(accountsOpen: places.count))
        for place in places {
            watches.append(
                waiter: waiter, mark: Int64(number), to: &slots[Int(place)].watches)
        }
        return waiters.ticket(waiter)
    }

    private func places(of tenant: TenantID, withSubjects: Bool) -> [Int32] {
        let own = QuotaMeter.allCases.compactMap {
            index[QuotaAccount(tenant: tenant, meter: $0)]
        }
        return withSubjects ? own + index.places(ofSubjectsOf: tenant) : own
    }

    /// Others may wait for any account, and there may be limits where there were none.
    package mutating func reviewEverything() {
        for slot in slots.indices {
            if slots[slot].flags.contains(.unlimited) { slots[slot].flags.insert(.unknown) }
            guard !slots[slot].flags.contains(.isVacant) else { continue }
            // The answer that is under way may be of before.
            if slots[slot].granted != slots[slot].settled
                || slots[slot].flags.contains(.isInFlight)
            {
                markUrgent(slot)
            }
        }
    }

    /// The version of an account's limit, as far as it is known.
    package func limitVersion(of account: QuotaAccount) -> Int64? {
        guard let found = index[account],
            slots[Int(found)].flags.isDisjoint(with: [.unknown, .refused])
        else { return nil }
        return slots[Int(found)].version
    }

    /// Something about the tenant has changed: its limits, or whether it may work. The next
    /// exchange that begins mends what is in memory.
    package mutating func refresh(_ tenant: TenantID) { _ = refreshAll(of: tenant) }

    /// The same for who waits until that is mended; nil when nothing was known.
    package mutating func refreshed(_ tenant: TenantID) -> LedgerTicket? {
        watch(refreshAll(of: tenant), from: exchangeNumber + 1)
    }

    /// The same of one account.
    package mutating func refreshed(_ account: QuotaAccount) -> LedgerTicket? {
        guard let slot = index[account] else { return nil }
        refresh(Int(slot))
        return limitVersion(of: account) == nil ? nil : watch([slot], from: exchangeNumber + 1)
    }

    /// Answers where something was known that may no longer be so.
    private mutating func refreshAll(of tenant: TenantID) -> [Int32] {
        var known: [Int32] = []
        for slot in places(of: tenant, withSubjects: false) {
            if !slots[Int(slot)].flags.contains(.unknown) { known.append(slot) }
            refresh(Int(slot))
        }
        for slot in index.places(ofSubjectsOf: tenant) {
            // A tenant may have many of them. Those without units in the hand ask anyway, unless
            // an answer is under way that is of before.
            if slots[Int(slot)].inHand > 0 || slots[Int(slot)].flags.contains(.isInFlight) {
                known.append(slot)
                refresh(Int(slot))
            } else {
                forgetDecision(Int(slot))
            }
        }
        return known
    }

    private mutating func refresh(_ slot: Int) {
        forgetDecision(slot)
        markUrgent(slot)
    }

    private mutating func forgetDecision(_ slot: Int) {
        slots[slot].deniedUntil = 0
        if slots[slot].flags.contains(.unlimited) { slots[slot].flags.insert(.unknown) }
    }

    // MARK: - Sweep

    /// Looks at some accounts: units that nobody uses go back, accounts that nobody asks about are
    /// forgotten. Called about every second.
    package mutating func sweep(now: UInt64) {
        for _ in 0..<min(slots.count, settings.sweepAccountsMax) {
            if sweepPosition >= slots.count { sweepPosition = 0 }
            sweep(sweepPosition, now)
            sweepPosition += 1
        }
    }

    private mutating func sweep(_ slot: Int, _ now: UInt64) {
        guard
            slots[slot].flags.isDisjoint(with: [
                .isVacant, .closing, .isInFlight, .isInDoubt, .hasWaiters,
            ])
        else { return }
        if now >= slots[slot].validUntil { roll(slot, now) }
        let idle = now &- slots[slot].lastUse
        guard idle >= settings.idleTime, now > slots[slot].lastUse else { return }
        slots[slot].block /= 2
        if slots[slot].inHand > 0 {
            slots[slot].returnHand()
            markDirty(slot, now)
            return
        }
        guard idle >= settings.forgetTime, !slots[slot].isUnsettled, slots[slot].pending == 0,
            slots[slot].flags.isDisjoint(with: .isListed)
        else { return }
        index[slots[slot].account] = nil
        vacate(slot)
    }

    /// Gives back everything, for an orderly end. Exchanges go on until `exchangeTime` is nil.
    package mutating func returnEverything(now: UInt64) {
        isEnding = true
        dirty = LedgerList()
        low = LedgerList()
        for slot in slots.indices where !slots[slot].flags.contains(.isVacant) {
            slots[slot].flags.subtract([.isDirty, .isLow, .draws])
            slots[slot].returnHand()
            if slots[slot].isUnsettled { markUrgent(slot) }
        }
    }
}
