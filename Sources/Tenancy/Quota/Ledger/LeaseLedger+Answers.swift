/// The database's answers, and what they mean for those who wait.
extension LeaseLedger {
    /// An exchange has been committed; one grant for each of its reports, in order.
    package mutating func complete(
        _ number: UInt64, _ grants: [LeaseGrant], now: UInt64
    ) -> [LedgerResumption] {
        guard let exchange = take(number) else { return [] }
        precondition(grants.count == exchange.items.count, "every report has its answer")
        isAway = false
        retryDelay = 0
        var resumed: [LedgerResumption] = []
        var commitCount = 0
        for (item, grant) in zip(exchange.items, grants) {
            commitCount += settle(item, &resumed)
            resumeWatches(of: Int(item.slot), upTo: number, &resumed)
            apply(grant, item, now, startedAt: exchange.startedAt)
        }
        let time = now &- exchange.startedAt
        let flushPart = time * UInt64(exchange.flushCount) / UInt64(exchange.items.count)
        flushPausedUntil = max(
            flushPausedUntil, now &+ flushPart * (settings.flushDivisor - 1))
        if commitCount > 1 {
            gathersUntil = now &+ min(settings.gatherTimeMax, time / settings.gatherDivisor)
        }
        // Only then: a call with several accounts may need more than one of these answers, and no
        // slot may be looked at, or begin anew, before its own has been taken in.
        for item in exchange.items {
            heedRecall(Int(item.slot), now)
            requeue(Int(item.slot), now, &resumed)
        }
        for (item, grant) in zip(exchange.items, grants) {
            serve(Int(item.slot), grant, number, now, &resumed)
        }
        return resumed
    }

    /// An exchange is over.
    private mutating func take(_ number: UInt64) -> LedgerExchange? {
        guard let place = exchanges.firstIndex(where: { $0.number == number }) else { return nil }
        let exchange = exchanges.remove(at: place)
        if exchange.isQuiet { isQuietUnderWay = false }
        for item in exchange.items {
            tenantsInExchange.remove(slots[Int(item.slot)].account.tenant)
        }
        urgent.release()
        low.release()
        dirty.release()
        return exchange
    }

    /// The database has confirmed what was told. Answers how many calls' units that were.
    private mutating func settle(
        _ item: LedgerExchange.Item, _ resumed: inout [LedgerResumption]
    ) -> Int {
        let slot = Int(item.slot)
        slots[slot].flags.subtract([.isInFlight, .isInDoubt])
        slots[slot].settled = item.spent + item.returned
        slots[slot].pending -= item.pending
        slots[slot].spent += item.pending
        var units = item.pending
        var count = 0
        while let commit = commits.popFirst(of: &slots[slot].commits, upTo: units) {
            units -= commit.mark
            count += 1
            closed(commit.waiter, &resumed)
            if units == 0 { break }
        }
        return count
    }

    /// One account less that a call waits for.
    private mutating func closed(_ place: Int32, _ resumed: inout [LedgerResumption]) {
        waiters[place].accountsOpen -= 1
        guard waiters[place].accountsOpen == 0 else { return }
        resume(place, waiters[place].outcome, &resumed)
    }

    /// The database has heard of an account, or cannot be told.
    private mutating func resumeWatches(
        of slot: Int, upTo number: UInt64, _ resumed: inout [LedgerResumption]
    ) {
        while let watch = watches.popFirst(of: &slots[slot].watches, upTo: Int64(number)) {
            closed(watch.waiter, &resumed)
        }
    }

    private mutating func apply(
        _ grant: LeaseGrant, _ item: LedgerExchange.Item, _ now: UInt64, startedAt: UInt64
    ) {
        let slot = Int(item.slot)
        if grant.granted > slots[slot].granted {
            slots[slot].inHand += grant.granted - slots[slot].granted
            slots[slot].granted = grant.granted
        }
        guard !slots[slot].flags.contains(.closing) else { return slots[slot].returnHand() }
        if grant.isRecalled { slots[slot].flags.insert(.isRecalled) }
        slots[slot].flags.subtract([.unknown, .refused, .unlimited])
        switch grant.state {
        case .open:
            open(slot, grant, item, now)
            slots[slot].validUntil = grant.validFor.map { startedAt &+ $0 } ?? .max
        case .over: roll(slot, now)
        case .lost:
            // The units in the hand are the others' now; told as returned, they are free again.
            slots[slot].returnHand()
            slots[slot].flags.insert(.unknown)
        case .unlimited:
            // Nothing is taken from it any more.
            slots[slot].returnHand()
            slots[slot].flags.insert(.unlimited)
            slots[slot].validUntil = now &+ (grant.validFor ?? settings.unlimitedTime)
        case .absent, .tenantInactive, .subscriptionInactive:
            slots[slot].returnHand()
            slots[slot].flags.insert(.refused)
            slots[slot].refusal = grant.state
            slots[slot].deniedUntil = now &+ settings.denialTime
        }
    }

    private mutating func open(
        _ slot: Int, _ grant: LeaseGrant, _ item: LedgerExchange.Item, _ now: UInt64
    ) {
        let unreported = slots[slot].spent + slots[slot].pending - item.spent
        slots[slot].current = grant.used.addingClamped(unreported)
        slots[slot].max = grant.max
        slots[slot].reserved = grant.reserved
        slots[slot].version = grant.version
        slots[slot].warnAt = grant.warnAt
        slots[slot].deniedUntil = 0
        // The database grants whatever is asked of a limit that is only recorded.
        if grant.admitsWhenAway || grant.mode == .shadow {
            slots[slot].flags.insert(.admitsWhenAway)
        } else if slots[slot].inHand >= 0 {
            slots[slot].flags.remove(.admitsWhenAway)
        }
        limitBlock(
            slot, asked: item.target - item.granted, got: grant.granted - item.granted, now)
    }

    /// Gives back what others wait for, unless it is just what a call here needs.
    private mutating func heedRecall(_ slot: Int, _ now: UInt64) {
        guard slots[slot].flags.remove(.isRecalled) != nil || isEnding else { return }
        if slots[slot].waiters.isEmpty || !canServeFirst(slot, now) { slots[slot].returnHand() }
    }

    /// One that was not granted in full tells that the limit is near.
    private mutating func limitBlock(_ slot: Int, asked: Int64, got: Int64, _ now: UInt64) {
        guard asked > 0 else { return }
        // One call that needs much is no reason to draw as much ahead.
        let got = min(got, settings.blockMax)
        if got < min(asked, settings.blockMax) { slots[slot].block = max(1, got) }
        slots[slot].drawnAt = now
    }

    private mutating func canServeFirst(_ slot: Int, _ now: UInt64) -> Bool {
        let charges = waiters[slots[slot].waiters.first].charges
        if case .possible = decide(charges, now, isFirst: true) { return true }
        return false
    }

    /// Puts a slot back where it belongs after an exchange.
    private mutating func requeue(
        _ slot: Int, _ now: UInt64, _ resumed: inout [LedgerResumption]
    ) {
        if slots[slot].pending > 0 {
            markUrgent(slot)
        } else if slots[slot].isUnsettled {
            // What is given back is waited for; consumption has time.
            if isEnding || slots[slot].inHand == 0 && slots[slot].returned > 0 {
                markUrgent(slot)
            } else {
                markDirty(slot, now)
            }
        } else if slots[slot].flags.contains(.closing), slots[slot].commits.isEmpty {
            // Of what is over nothing is left to hear.
            resumeWatches(of: slot, upTo: exchangeNumber + 1, &resumed)
            vacate(slot)
        }
    }

    mutating func vacate(_ slot: Int) {
        slots[slot].flags.insert(.isVacant)
        // Those in a list are taken out of it first, or the place would be reported for another.
        if slots[slot].flags.isDisjoint(with: .isListed) {
            vacantSlots.append(Int32(slot))
        }
    }

    // MARK: - Waiting calls

    /// Decides the calls that wait at a slot, in their order, after the database's answer.
    private mutating func serve(
        _ slot: Int, _ grant: LeaseGrant, _ number: UInt64, _ now: UInt64,
        _ resumed: inout [LedgerResumption]
    ) {
        while !slots[slot].waiters.isEmpty {
            let place = slots[slot].waiters.first
            guard !waiters[place].isCancelled else {
                drop(slot)
                waiters.remove(place)
                continue
            }
            let charges = waiters[place].charges
            switch decide(charges, now, isFirst: true) {
            case .decided(let outcome):
                drop(slot)
                resume(place, outcome, &resumed)
            case .possible(let chosen):
                drop(slot)
                if let outcome = admit(place, chosen, now) { resume(place, outcome, &resumed) }
            case .short(let other) where other != slot:
                drop(slot)
                wait(place, at: other, now)
            case .short:
                guard deny(place, slot, grant, number, now, &resumed) else { return }
            }
        }
    }

    /// The first call of a slot does not have its units. False when it goes on waiting.
    private mutating func deny(
        _ place: Int32, _ slot: Int, _ grant: LeaseGrant, _ number: UInt64, _ now: UInt64,
        _ resumed: inout [LedgerResumption]
    ) -> Bool {
        guard
            let position = waiters[place].charges.firstIndex(where: {
                $0.account == slots[slot].account
            })
        else { return false }
        let units = waiters[place].charges[position].units
        let missing = units.addingClamped(-slots[slot].inHand)
        let isTooOld = waiters[place].exchange >= number
        if grant.state != .open || isTooOld || missing <= grant.free {
            markUrgent(slot)
            return false
        }
        let deadline = waiters[place].deadline ?? now &+ settings.recallTime
        waiters[place].deadline = deadline
        if now < deadline {
            // The answer does not count as free what was given back since.
            if slots[slot].isUnsettled {
                markUrgent(slot)
                return false
            }
            // More than there is at all need not be waited for.
            if missing - grant.free <= grant.elsewhere {
                poll(slot, now)
                return false
            }
        }
        drop(slot)
        slots[slot].deniedUntil = now &+ settings.denialTime
        slots[slot].deniedUnits = units
        resume(place, denial(slot, position, now), &resumed)
        return true
    }

    private mutating func poll(_ slot: Int, _ now: UInt64) {
        guard slots[slot].flags.isDisjoint(with: [.isPolling, .isUrgent]) else { return }
        slots[slot].flags.insert(.isPolling)
        polls.append((now &+ settings.recallPollInterval, Int32(slot)))
    }

    /// Takes the first call out of a slot's queue.
    private mutating func drop(_ slot: Int) {
        _ = waiters.popFirst(of: &slots[slot].waiters)
        if slots[slot].waiters.isEmpty { slots[slot].flags.remove(.hasWaiters) }
    }

    private mutating func resume(
        _ place: Int32, _ outcome: LedgerOutcome, _ resumed: inout [LedgerResumption]
    ) {
        resumed.append(.init(ticket: waiters.ticket(place), outcome: outcome))
        waiters.remove(place)
    }

    // MARK: - Failures

    /// An exchange has failed.
    ///
    /// - Parameter isUnknown: It may have been committed all the same.
    package mutating func fail(
        _ number: UInt64, isUnknown: Bool, now: UInt64
    ) -> [LedgerResumption] {
        guard let exchange = take(number) else { return [] }
        isAway = true
        retryDelay = min(settings.retryMax, max(settings.retryMin, retryDelay * 2))
        retryAt = now &+ retryDelay
        var resumed: [LedgerResumption] = []
        for item in exchange.items {
            unsettle(item, isUnknown: isUnknown, &resumed)
            resumeWatches(of: Int(item.slot), upTo: number, &resumed)
            requeueFailed(Int(item.slot), now)
        }
        for item in exchange.items { giveUp(Int(item.slot), now, &resumed) }
        for slot in urgent.slots { giveUp(Int(slot), now, &resumed) }
        return resumed
    }

    /// What waited for the commit: when it certainly failed, the units are in the hand again.
    private mutating func unsettle(
        _ item: LedgerExchange.Item, isUnknown: Bool, _ resumed: inout [LedgerResumption]
    ) {
        let slot = Int(item.slot)
        slots[slot].flags.remove(.isInFlight)
        slots[slot].block = item.block
        if isUnknown { slots[slot].flags.insert(.isInDoubt) }
        slots[slot].pending -= item.pending
        if isUnknown {
            slots[slot].spent += item.pending
        } else if slots[slot].flags.contains(.closing) {
            slots[slot].returned += item.pending
        } else {
            slots[slot].inHand += item.pending
            slots[slot].current -= item.pending
        }
        var units = item.pending
        while units > 0, let commit = commits.popFirst(of: &slots[slot].commits, upTo: units) {
            units -= commit.mark
            waiters[commit.waiter].outcome = isUnknown ? .unknown : .unavailable
            closed(commit.waiter, &resumed)
        }
    }

    /// Everything is told again: it may have been a question about a change.
    private mutating func requeueFailed(_ slot: Int, _ now: UInt64) {
        slots[slot].flags.remove(.isDirty)
        markUrgent(slot)
    }

    /// Calls that wait for units do not wait for the end of an outage.
    private mutating func giveUp(
        _ slot: Int, _ now: UInt64, _ resumed: inout [LedgerResumption]
    ) {
        while !slots[slot].waiters.isEmpty {
            let place = slots[slot].waiters.first
            drop(slot)
            if waiters[place].isCancelled {
                waiters.remove(place)
                continue
            }
            if waiters[place].durability == .leased,
                case .possible(let chosen) = decide(waiters[place].charges, now, isFirst: true),
                let outcome = admit(place, chosen, now)
            {
                resume(place, outcome, &resumed)
            } else {
                resume(place, .unavailable, &resumed)
            }
        }
    }
}
