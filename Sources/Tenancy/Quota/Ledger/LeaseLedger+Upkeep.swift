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

    /// The same for who waits until the database knows; false when there is nothing to wait for.
    package mutating func giveBack(_ account: QuotaAccount, now: UInt64) -> Bool {
        recall(account, now: now)
        guard let slot = index[account].map({ Int($0) }) else { return false }
        guard slots[slot].isUnsettled || slots[slot].flags.contains(.isInFlight) else {
            return false
        }
        markUrgent(slot)
        return true
    }

    /// Whether the database has still to hear something of a tenant; if so, it will with the next
    /// exchange.
    ///
    /// - Parameter withSubjects: Of its users and keys too, of which there may be many.
    package mutating func flush(_ tenant: TenantID, withSubjects: Bool = false) -> Bool {
        var places = QuotaMeter.allCases.compactMap {
            index[QuotaAccount(tenant: tenant, meter: $0)]
        }
        if withSubjects { places += index.places(ofSubjectsOf: tenant) }
        var isUnsettled = false
        for place in places where slots[Int(place)].isUnsettled {
            isUnsettled = true
            // What is under way may have been asked before the last taking.
            markUrgent(Int(place))
        }
        return isUnsettled
    }

    /// The exchange that will have asked about an account; nil when none is going to.
    package func question(of account: QuotaAccount) -> UInt64? {
        guard let slot = index[account].map({ Int($0) }) else { return nil }
        if slots[slot].flags.contains(.isInFlight) { return exchangeNumber }
        return slots[slot].flags.contains(.isUrgent) ? urgentExchange : nil
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

    /// Something about the tenant has changed: its limits, or whether it may work. True when
    /// something is in memory that may no longer be so; the next exchange that begins mends it.
    @discardableResult
    package mutating func refresh(_ tenant: TenantID, now: UInt64) -> Bool {
        var isKnown = false
        for meter in QuotaMeter.allCases {
            guard let slot = index[QuotaAccount(tenant: tenant, meter: meter)] else { continue }
            if !slots[Int(slot)].flags.contains(.unknown) { isKnown = true }
            refresh(Int(slot))
        }
        for slot in index.places(ofSubjectsOf: tenant) {
            // A tenant may have many of them. Those without units in the hand ask anyway, unless
            // an answer is under way that is of before.
            if slots[Int(slot)].inHand > 0 || slots[Int(slot)].flags.contains(.isInFlight) {
                isKnown = true
                refresh(Int(slot))
            } else {
                forgetDecision(Int(slot))
            }
        }
        return isKnown
    }

    package mutating func refresh(_ account: QuotaAccount, now: UInt64) {
        if let found = index[account] { refresh(Int(found)) }
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
        dirty = []
        low = []
        for slot in slots.indices where !slots[slot].flags.contains(.isVacant) {
            slots[slot].flags.subtract([.isDirty, .isLow, .draws])
            slots[slot].returnHand()
            if slots[slot].isUnsettled { markUrgent(slot) }
        }
    }
}
