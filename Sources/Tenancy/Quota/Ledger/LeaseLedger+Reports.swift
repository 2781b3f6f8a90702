/// When the database is told of what, and asked for units.
extension LeaseLedger {
    /// When the next exchange is due; nil when there is nothing to be told, or none may begin
    /// before another one is over.
    package var exchangeTime: UInt64? {
        // While the database is away one at a time looks for it.
        guard exchanges.count < (isAway ? 1 : settings.exchangesMax) else { return nil }
        var time = UInt64.max
        if urgent.hasDue || low.hasDue && !isQuietUnderWay { time = gathersUntil }
        if let poll = polls.first { time = min(time, poll.time) }
        if dirty.hasDue, !isQuietUnderWay { time = min(time, flushTime) }
        guard time < .max else { return nil }
        if !exchanges.isEmpty { time = max(time, nextExchangeAt) }
        return isAway ? max(time, retryAt) : time
    }

    private var flushTime: UInt64 { max(flushAt, flushPausedUntil) }

    /// The reports to send now, in an order that their answers keep; none when none is due. With
    /// reports, the exchange `exchangeNumber` is under way until `complete` or `fail`.
    package mutating func exchange(now: UInt64) -> [LeaseReport] {
        guard let time = exchangeTime, time <= now else { return [] }
        exchangeNumber += 1
        pollDue(now)
        var reports: [LeaseReport] = []
        var items: [LedgerExchange.Item] = []
        let most = settings.reportsPerExchangeMax
        report(\.urgent, .isUrgent, upTo: most, now, &reports, &items)
        let urgentCount = reports.count
        var flushCount = 0
        // One exchange at a time tells what nobody waits for.
        if !isQuietUnderWay {
            let all = min(most, urgentCount + settings.quietReportsPerExchangeMax)
            let isFlushDue = dirty.hasDue && now >= flushTime
            // What is due has its part, however many run low.
            let ahead = isFlushDue ? (urgentCount + all) / 2 : all
            report(\.low, .isLow, upTo: ahead, now, &reports, &items)
            let flushStart = reports.count
            if isFlushDue {
                report(\.dirty, .isDirty, upTo: all, now, &reports, &items)
                let next = dirty.hasDue ? now : now &+ settings.flushInterval
                flushAt = dirty.isEmpty ? .max : next
            }
            flushCount = reports.count - flushStart
        }
        if !reports.isEmpty {
            exchanges.append(
                LedgerExchange(
                    number: exchangeNumber, items: items, urgentCount: urgentCount,
                    flushCount: flushCount, startedAt: now))
            isQuietUnderWay = isQuietUnderWay || urgentCount < reports.count
            nextExchangeAt = now &+ settings.exchangeInterval
            for report in reports { tenantsInExchange.insert(report.account.tenant) }
        }
        return reports
    }

    /// Takes slots out of a list until there are so many reports. Those whose tenant is in an
    /// exchange stay where they are.
    private mutating func report(
        _ list: WritableKeyPath<Self, LedgerList>, _ flag: LedgerSlot.Flags, upTo count: Int,
        _ now: UInt64, _ reports: inout [LeaseReport], _ items: inout [LedgerExchange.Item]
    ) {
        var place = self[keyPath: list].heldCount
        while place < self[keyPath: list].slots.count, reports.count < count {
            let slot = self[keyPath: list].slots[place]
            place += 1
            if mustWait(Int(slot), in: flag) {
                self[keyPath: list].hold(slot)
            } else {
                report(Int(slot), from: flag, now, &reports, &items)
            }
        }
        self[keyPath: list].remove(upTo: place)
    }

    private func mustWait(_ slot: Int, in list: LedgerSlot.Flags) -> Bool {
        slots[slot].flags.contains(list)
            && !slots[slot].flags.contains(.isVacant)
            && tenantsInExchange.contains(slots[slot].account.tenant)
    }

    /// What is left of a lease is told of in place of what it was told of as.
    mutating func moveInExchange(_ slot: Int32, to other: Int32) {
        for place in exchanges.indices where exchanges[place].move(slot, to: other) { return }
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
        let block = slots[slot].block
        if slots[slot].flags.contains(.draws) { sizeBlock(slot, now) }
        let state = slots[slot]
        let need = need(of: slot)
        let ahead = state.flags.contains(.draws) ? max(0, state.block - state.inHand) : 0
        let target =
            state.flags.isDisjoint(with: [.closing, .unlimited])
            ? state.granted.addingClamped(max(need, ahead)) : state.granted
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
                    sum = sum.addingClamped(charge.units)
                }
            }
            place = waiter.next
        }
        let missing = max(0, sum.addingClamped(-slots[slot].inHand))
        return min(missing, Int64.max - slots[slot].granted)
    }
}
