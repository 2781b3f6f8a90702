/// Jobs of a loop that belong together, such as those of one connection: whatever they are, the
/// jobs of others take turns with them.
package final class JobGroup {
    fileprivate let loop: EventLoop
    fileprivate let turns = TurnQueue<EventLoop.Job>.Group()

    package init(of loop: EventLoop) { self.loop = loop }
}

/// Whose jobs those of some lines are: together they have one share of the loop's time. On the
/// loop.
package final class JobParty {
    /// Who does so many things at a time on a loop, or fewer, is not held: each waits for the one
    /// before, which is no flood.
    static let fewMax = 4

    package let key: PartyKey
    private var count = 0
    fileprivate let turns: TurnQueue<EventLoop.Job>.Party

    init(_ key: PartyKey) {
        self.key = key
        turns = TurnQueue.Party(key)
    }

    /// One more thing is being done for it.
    package func began() {
        count += 1
        turns.mayBeHeld = count > Self.fewMax
    }

    package func ended() {
        count -= 1
        turns.mayBeHeld = count > Self.fewMax
    }

    /// Whether it has had more than its share, and its jobs wait for that.
    package var isHeld: Bool { turns.isHeld }
}

/// An executor whose jobs run on a loop's thread, in the order in which they came, and in turns
/// with those of other lines; see `TurnQueue`.
///
/// `@unchecked Sendable`: the line is touched on the loop's thread alone.
package final class JobLine: TaskExecutor, @unchecked Sendable {
    private let loop: EventLoop
    let turns: TurnQueue<EventLoop.Job>.Line

    package init(of group: JobGroup, for party: JobParty) {
        loop = group.loop
        turns = TurnQueue.Line(of: group.turns, for: party.turns)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(.init(UnownedJob(job), in: self))
    }
}
