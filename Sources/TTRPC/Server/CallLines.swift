internal import Reactor

/// Where the handlers of one connection wait for the loop's thread: in a line for each party that
/// the connection carries calls for, which take turns, as connections do among each other. On its
/// loop.
///
/// Only what a handler works is taken in turns, not how many of them there are: a handler that
/// waits for others, such as for a commit that many share, keeps nobody from joining it.
final class CallLines {
    private let loop: EventLoop
    private let parties: LoopParties
    /// Most connections only ever make calls that are answered at once.
    private lazy var group = JobGroup(of: loop)
    /// With the number of handlers at work; so there are never more lines than those.
    private var lines: [Int: (line: JobLine, count: Int)] = [:]

    init(loop: EventLoop, parties: LoopParties) {
        self.loop = loop
        self.parties = parties
    }

    /// For whom calls are of which nobody says it: the connection itself.
    private var ownParty: Int { ObjectIdentifier(self).hashValue }

    /// The line of a party, for one more handler.
    func enter(_ party: Int?) -> JobLine {
        let party = party ?? ownParty
        let (line, count) =
            lines[party] ?? (JobLine(of: group, for: parties.enter(party)), 0)
        lines[party] = (line, count + 1)
        return line
    }

    /// A handler of the party has returned.
    func leave(_ party: Int?) {
        let party = party ?? ownParty
        guard let (line, count) = lines[party] else { return }
        lines[party] = count > 1 ? (line, count - 1) : nil
        if count == 1 { parties.leave(party) }
    }
}

/// For whom handlers are at work on one loop, whatever connections their calls came over. On its
/// loop.
final class LoopParties {
    /// With the number of connections that have handlers at work for it.
    private var parties: [Int: (party: JobParty, count: Int)] = [:]

    func enter(_ id: Int) -> JobParty {
        let (party, count) = parties[id] ?? (JobParty(id: id), 0)
        parties[id] = (party, count + 1)
        return party
    }

    func leave(_ id: Int) {
        guard let (party, count) = parties[id] else { return }
        parties[id] = count > 1 ? (party, count - 1) : nil
    }
}

/// A request that says for whom it is, where one connection carries calls for many: their handlers
/// take turns, so that the calls for one do not wait behind all of those for another, and those for
/// one have a share of a loop's time together. See `ServerContext.party` for whom not to believe.
public protocol PartyRequest {
    /// For whom; the same number for the same party. Two that share one take turns as one.
    var party: Int { get }
}
