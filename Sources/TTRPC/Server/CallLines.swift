internal import Reactor

/// Where the handlers of one connection wait for the loop's thread: in a line for each party that
/// the connection carries calls for, which take turns, as connections do among each other. On its
/// loop.
///
/// Only what a handler works is taken in turns, not how many of them there are: a handler that
/// waits for others, such as for a commit that many share, keeps nobody from joining it.
final class CallLines {
    private struct Entry {
        let line: JobLine
        let party: JobParty
        /// How many handlers are at work; so there are never more lines than those.
        var count = 0
    }

    private let loop: EventLoop
    private let limits: ServerLimits
    /// Stands for the connection among those of its loop.
    private let number: Int
    /// Most connections only ever make calls that are answered at once.
    private lazy var group = JobGroup(of: loop)
    private var lines: [PartyKey: Entry] = [:]

    init(loop: EventLoop, limits: ServerLimits) {
        self.loop = loop
        self.limits = limits
        number = loop.parties.newNumber()
    }

    /// For whom a call is.
    ///
    /// - Parameter request: May say so, where no interceptor does.
    func party(_ told: CallParty, _ request: Any) -> PartyKey {
        switch told {
        case .party(let number): return PartyKey(number, .known)
        case .connection: return PartyKey(number, .stranger)
        case .request:
            guard let request = request as? any PartyRequest else {
                return PartyKey(number, .unlimited)
            }
            return PartyKey(request.party, .known)
        }
    }

    /// The line of a party, for one more handler.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` for a party over its share that has so many here already:
    ///   the others of the connection need room too.
    func enter(_ key: PartyKey) throws(RPCError) -> JobLine {
        if var entry = lines[key] {
            let max = limits.heldCallsPerConnectionMax
            guard entry.count < max || !entry.party.isHeld else {
                throw RPCError(
                    .resourceExhausted,
                    "at most \(max) calls of one connection may wait for a party over its share",
                    details: [.retryInfo(after: limits.overloadRetryDelay)])
            }
            entry.count += 1
            lines[key] = entry
            entry.party.began()
            return entry.line
        }
        let party = loop.parties.enter(key, now: loop.now)
        let line = JobLine(of: group, for: party)
        lines[key] = Entry(line: line, party: party, count: 1)
        party.began()
        return line
    }

    /// A handler of the party has returned.
    func leave(_ key: PartyKey) {
        guard var entry = lines[key] else { return }
        entry.count -= 1
        entry.party.ended()
        lines[key] = entry.count > 0 ? entry : nil
        if entry.count == 0 { loop.parties.leave(entry.party, now: loop.now) }
    }
}

/// For whom a call is: the handlers of a party take turns with those of others, and together they
/// have one share of a loop's time.
public enum CallParty: Sendable, Hashable {
    /// For whom the request says, if it is a `PartyRequest`; a call of which nobody says it takes
    /// turns with its connection, and has no share.
    case request
    /// Nobody who is known: its connection, which has a share, and on whose account nobody is held.
    case connection
    /// Somebody; the same number for the same one.
    case party(Int)
}

/// A request that says for whom it is, where one connection carries calls for many: their handlers
/// take turns, so that the calls for one do not wait behind all of those for another, and those for
/// one have a share of a loop's time together. See `ServerInterceptor.party` for others.
public protocol PartyRequest {
    /// For whom; the same number for the same party. Two that share one take turns as one.
    var party: Int { get }
}
