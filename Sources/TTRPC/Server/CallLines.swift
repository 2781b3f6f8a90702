internal import Reactor

/// Where the handlers of one connection wait for the loop's thread: in a line for each party that
/// the connection carries calls for, which take turns, as connections do among each other. On its
/// loop.
///
/// Only what a handler works is taken in turns, not how many of them there are: a handler that
/// waits for others, such as for a commit that many share, keeps nobody from joining it.
final class CallLines {
    private let loop: EventLoop
    /// Most connections only ever make calls that are answered at once.
    private lazy var group = JobGroup(of: loop)
    /// With the number of handlers at work; so there are never more lines than those.
    private var lines: [Int: (line: JobLine, count: Int)] = [:]

    init(loop: EventLoop) { self.loop = loop }

    /// The line of a party, for one more handler.
    func enter(_ party: Int) -> JobLine {
        let (line, count) = lines[party] ?? (JobLine(of: group), 0)
        lines[party] = (line, count + 1)
        return line
    }

    /// A handler of the party has returned.
    func leave(_ party: Int) {
        guard let (line, count) = lines[party] else { return }
        lines[party] = count > 1 ? (line, count - 1) : nil
    }
}

/// A request that says for whom it is, where one connection carries calls for many: their handlers
/// take turns, so that the calls for one do not wait behind all of those for another.
public protocol PartyRequest {
    /// For whom; the same number for the same party. Two that share one take turns as one.
    var party: Int { get }
}
