/// Reports to the database and its answers.
extension LeaseLedger {
    /// When the next exchange is due; nil when nothing is to be told, or while one is under way.
    package var exchangeTime: UInt64? {
        guard inFlight == nil else { return nil }
        var time = UInt64.max
        if !urgent.isEmpty || !low.isEmpty { time = gathersUntil }
        if let poll = polls.first { time = min(time, poll.time) }
        if !dirty.isEmpty { time = min(time, flushTime) }
        guard time < .max else { return nil }
        return isAway ? max(time, retryAt) : time
    }

    private var flushTime: UInt64 { max(flushAt, flushPausedUntil) }

    /// The number of the exchange that will have told everything that is urgent now.
    package var urgentExchange: UInt64 {
        let perExchange = settings.reportsPerExchangeMax
        return exchangeNumber + UInt64((max(1, urgent.count) + perExchange - 1) / perExchange)
    }

    /// The reports to send now, in an order that their answers keep; none when none is due. With
    /// reports, an exchange is under way until `complete` or `fail`.
    package mutating func exchange(now: UInt64) -> [LeaseReport] {
        guard let time = exchangeTime, time <= now else { return [] }
        exchangeNumber += 1
        pollDue(now)
        var reports: [LeaseReport] = []
        var items: [LedgerExchange.Item] = []
        let most = settings.reportsPerExchangeMax
        report(\.urgent, .isUrgent, upTo: most, now, &reports, &items)
        let all = min(most, reports.count + settings.quietReportsPerExchangeMax)
        let isFlushDue = !dirty.isEmpty && now >= flushTime
        // What is due has its part, however many run low.
        let ahead = isFlushDue ? (reports.count + all) / 2 : all
        report(\.low, .isLow, upTo: ahead, now, &reports, &items)
        let flushStart = reports.count
        if isFlushDue {
            report(\.dirty, .isDirty, upTo: all, now, &reports, &items)
            flushAt = dirty.isEmpty ? .max : now
        }
        if !reports.isEmpty {
            inFlight = LedgerExchange(
                items: items, flushCount: reports.count - flushStart, startedAt: now)
        }
        return reports
    }

    /// Takes slots out of a list until there are so many reports.
    private mutating func report(
        _ list: WritableKeyPath<Self, [Int32]>, _ flag: LedgerSlot.Flags, upTo count: Int,
        _ now: UInt64, _ reports: inout [LeaseReport], _ items: inout [LedgerExchange.Item]
    ) {
        var taken = 0
        while taken < self[keyPath: list].count, reports.count < count {
            report(Int(self[keyPath: list][taken]), from: flag, now, &reports, &items)
            taken += 1
        }
        self[keyPath: list].removeFirst(taken)
    }

    private mutating func pollDue(_ now: UInt64) {
        let due = polls.prefix { $0.time <= now }.count
        for poll in polls[..<due] where slots[Int(poll.slot)].flags.contains(.isPolling) {
            slots[Int(poll.slot)].flags.remove(.isPolling)
            markUrgent(Int(poll.slot))
        }
        polls.removeFirst(due)
    }

    private mutating func report(
        _ slot: Int, from list: LedgerSlot.Flags, _ now: UInt64, _ reports: inout [LeaseReport],
        _ items: inout [LedgerExchange.Item]
    ) {
        // A slot that was in both lists is reported once; the other entry is stale.
        guard slots[slot].flags.contains(list) else { return }
        slots[slot].flags.remove(list)
        if slots[slot].flags.contains(.isVacant) { return vacate(slot) }
        guard !slots[slot].flags.contains(.isInFlight) else { return }
        let block = slots[slot].block
        if slots[slot].flags.contains(.draws) { sizeBlock(slot, now) }
        let state = slots[slot]
        let need = need(of: slot)
        let ahead = state.flags.contains(.draws) ? max(0, state.block - state.inHand) : 0
        let target =
            state.flags.isDisjoint(with: [.closing, .unlimited])
            ? state.granted + max(need, ahead) : state.granted
        reports.append(
            LeaseReport(
                account: state.account, lease: state.lease, spent: state.spent + state.pending,
                returned: state.returned, target: target, need: need))
        items.append(
            .init(
                slot: Int32(slot), spent: state.spent + state.pending, returned: state.returned,
                pending: state.pending, granted: state.granted, target: target, block: block))
        slots[slot].flags.subtract(.isListed.union(.draws))
        slots[slot].flags.insert(.isInFlight)
    }

    /// A block that was used up quickly is too small, one that lasted is too large.
    private mutating func sizeBlock(_ slot: Int, _ now: UInt64) {
        guard slots[slot].drawnAt > 0, slots[slot].inHand <= slots[slot].block / 2 else { return }
        let age = now &- slots[slot].drawnAt
        if age < settings.blockTimeMin {
            let growth = max(2, settings.blockTimeMin / max(1, age))
            let times = min(settings.blockGrowthMax, Int64(clamping: growth))
            slots[slot].block = min(
                settings.blockMax, max(settings.blockMin, slots[slot].block * times))
        } else if age > settings.blockTimeMax {
            slots[slot].block = max(settings.blockMin, slots[slot].block / 2)
        }
    }

    /// The units that the calls waiting here miss.
    private func need(of slot: Int) -> Int64 {
        var sum: Int64 = 0
        var place = slots[slot].waiters.first
        while place >= 0 {
            let waiter = waiters[place]
            if !waiter.isCancelled {
                for charge in waiter.charges where charge.account == slots[slot].account {
                    let (total, overflow) = sum.addingReportingOverflow(charge.units)
                    sum = overflow ? .max : total
                }
            }
            place = waiter.next
        }
        let missing = max(0, sum - slots[slot].inHand)
        return min(missing, Int64.max - slots[slot].granted)
    }

    // MARK: - Answers

    /// The exchange under way has been committed; one grant for each of its reports, in order.
    package mutating func complete(
        _ grants: [LeaseGrant], now: UInt64
    ) -> [LedgerResumption] {
        guard let exchange = inFlight else { return [] }
        precondition(grants.count == exchange.items.count, "every report has its answer")
        inFlight = nil
        isAway = false
        retryDelay = 0
        var resumed: [LedgerResumption] = []
        var commitCount = 0
        for (item, grant) in zip(exchange.items, grants) {
            commitCount += settle(item, &resumed)
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
            requeue(Int(item.slot), now)
        }
        for (item, grant) in zip(exchange.items, grants) {
            serve(Int(item.slot), grant, now, &resumed)
        }
        return resumed
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
        while let commit = commits.popFirst(of: &slots[slot].commits, within: units) {
            units -= commit.units
            count += 1
            committed(commit.waiter, &resumed)
            if units == 0 { break }
        }
        return count
    }

    private mutating func committed(
        _ place: Int32, _ resumed: inout [LedgerResumption]
    ) {
        waiters[place].commitsOpen -= 1
        guard waiters[place].commitsOpen == 0 else { return }
        resume(place, waiters[place].outcome, &resumed)
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
        slots[slot].current = grant.used + unreported
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
    private mutating func requeue(_ slot: Int, _ now: UInt64) {
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
        _ slot: Int, _ grant: LeaseGrant, _ now: UInt64, _ resumed: inout [LedgerResumption]
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
                guard deny(place, slot, grant, now, &resumed) else { return }
            }
        }
    }

    /// The first call of a slot does not have its units. False when it goes on waiting.
    private mutating func deny(
        _ place: Int32, _ slot: Int, _ grant: LeaseGrant, _ now: UInt64,
        _ resumed: inout [LedgerResumption]
    ) -> Bool {
        guard
            let position = waiters[place].charges.firstIndex(where: {
                $0.account == slots[slot].account
            })
        else { return false }
        let units = waiters[place].charges[position].units
        let missing = units - slots[slot].inHand
        let isTooOld = waiters[place].exchange == exchangeNumber
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

    /// The exchange under way has failed.
    ///
    /// - Parameter isUnknown: It may have been committed all the same.
    package mutating func fail(isUnknown: Bool, now: UInt64) -> [LedgerResumption] {
        guard let exchange = inFlight else { return [] }
        inFlight = nil
        isAway = true
        retryDelay = min(settings.retryMax, max(settings.retryMin, retryDelay * 2))
        retryAt = now &+ retryDelay
        var resumed: [LedgerResumption] = []
        for item in exchange.items {
            unsettle(item, isUnknown: isUnknown, &resumed)
            requeueFailed(Int(item.slot), now)
        }
        for item in exchange.items { giveUp(Int(item.slot), now, &resumed) }
        for slot in urgent { giveUp(Int(slot), now, &resumed) }
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
        while units > 0, let commit = commits.popFirst(of: &slots[slot].commits, within: units) {
            units -= commit.units
            waiters[commit.waiter].outcome = isUnknown ? .unknown : .unavailable
            committed(commit.waiter, &resumed)
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
