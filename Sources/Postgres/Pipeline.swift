/// What the server still owes on one connection, in the order in which it will pay.
///
/// A pure struct: an answer goes in, what it means for whom comes out. `Work` is whoever waits.
struct Pipeline<Work> {
    enum Expected {
        /// A statement is prepared; it fails for the work, but behind a sync of its own.
        case preparation(Work, text: String)
        /// A statement; `text` is set when it was executed by name.
        case statement(Work, text: String?)
        /// The COMMIT that ends the work's transaction.
        case commit(Work)
        /// The end of the work's statements, or, when it is the last, of the work.
        case sync(Work, isLast: Bool)
        /// An answer that nobody waits for, and a sync that nobody waits for.
        case ignored
        case ignoredSync
    }

    /// What libpq says, without the rows.
    enum Answer {
        case rows
        /// COMMIT or ROLLBACK has undone the transaction.
        case rolledBack
        case failed(PostgresError)
        /// An earlier statement before the same sync failed.
        case aborted
        case sync
    }

    enum Action {
        case none
        /// The rows are the work's.
        case keep(Work)
        /// The work's statement ended a transaction by undoing it.
        case rolledBack(Work)
        case fail(Work, PostgresError, forget: String?)
        /// The work has been answered.
        case finish(Work)
        /// The connection is of no use any more.
        case lose(PostgresError)
    }

    private var expected: [Expected] = []
    private var head = 0

    var isEmpty: Bool { head == expected.count }

    mutating func expect(_ item: Expected) {
        expected.append(item)
    }

    mutating func receive(_ answer: Answer) -> Action {
        if case .failed(let error) = answer, error.code == .connectionLost {
            return .lose(error)
        }
        guard head < expected.count else { return Self.outOfStep }
        let item = expected[head]
        switch (item, answer) {
        // What COMMIT would have said, an implicit transaction says at its sync: a deferred
        // constraint, a serialization failure. The sync itself is still to come.
        case (.sync(let work, _), .failed(let error)):
            return .fail(work, error, forget: nil)
        case (.ignoredSync, .failed): return .none
        default:
            advance()
            return Self.action(item, answer)
        }
    }

    private static func action(_ item: Expected, _ answer: Answer) -> Action {
        switch (item, answer) {
        case (.statement(let work, _), .rows): .keep(work)
        case (.statement(let work, _), .rolledBack): .rolledBack(work)
        case (.statement(let work, let text), .failed(let error)):
            .fail(work, error, forget: error.meansStatementIsStale ? text : nil)
        case (.preparation, .rows), (.commit, .rows): .none
        case (.preparation(let work, let text), .failed(let error)):
            .fail(work, error, forget: text)
        case (.preparation(let work, let text), .aborted): .fail(work, aborted, forget: text)
        case (.commit(let work), .failed(let error)): .fail(work, error, forget: nil)
        case (.statement(let work, _), .aborted), (.commit(let work), .aborted),
            (.commit(let work), .rolledBack):
            .fail(work, aborted, forget: nil)
        case (.sync(let work, let isLast), .sync): isLast ? .finish(work) : .none
        case (.ignored, .rows), (.ignored, .failed), (.ignored, .aborted), (.ignoredSync, .sync):
            .none
        default: outOfStep
        }
    }

    /// Whose statements the server is at.
    var current: Work? {
        for item in expected[head...] {
            switch item {
            case .preparation(let work, _), .statement(let work, _), .commit(let work),
                .sync(let work, _):
                return work
            case .ignored, .ignoredSync: continue
            }
        }
        return nil
    }

    /// Whether whose statements the server is at may have been committed: COMMIT is what it is at,
    /// or everything but the last sync has been answered.
    var mayHaveCommitted: Bool {
        guard head < expected.count else { return false }
        switch expected[head] {
        case .commit, .sync(_, isLast: true): return true
        default: return false
        }
    }

    /// Everybody who waits for an answer, in order.
    var outstanding: [Work] {
        expected[head...].compactMap { item in
            if case .sync(let work, isLast: true) = item { work } else { nil }
        }
    }

    /// Everybody who waits for an answer; the pipeline is empty then.
    mutating func takeAll() -> [Work] {
        defer {
            expected = []
            head = 0
        }
        return outstanding
    }

    private mutating func advance() {
        head += 1
        guard head == expected.count || head > 1024 else { return }
        expected.removeFirst(head)
        head = 0
    }

    private static var aborted: PostgresError {
        PostgresError(.aborted, "an earlier statement failed")
    }

    private static var outOfStep: Action {
        .lose(PostgresError(.connectionLost, "the server's answers are out of step"))
    }
}
