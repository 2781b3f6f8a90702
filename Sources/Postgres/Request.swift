internal import Reactor

/// Statements sent together, with one answer: they stand or fall as one.
final class Request: Answerable {
    /// How many values one statement may bind: the protocol counts them in 16 bits.
    static let valuesMax = 65_535
    /// How large the values of one statement may be; the server drops who sends it 1 GiB.
    static let valueBytesMax = 512 << 20

    private(set) var statements: [SQL]
    /// Whether the statements open a transaction that a COMMIT of its own has to end.
    let isTransaction: Bool
    /// Whether something may be committed by it, so that a lost connection leaves it open.
    let mayCommit: Bool
    /// For whom it is; see `PoolState`.
    let party: PoolState.Party?
    /// Whether what commits has been given to libpq.
    var isCommitting = false
    /// Whether the server is to stop it.
    var isStopped = false
    /// Whether a request to stop another one may have hit this one.
    var mayBeHit = false
    /// Where the request waits, or has been sent: for its cancellation.
    var waiterID: PoolState.WaiterID?
    var memberID: PoolState.MemberID?
    /// Statements in front of it that the caller did not ask for.
    private var openingCount = 0
    private var rows: [[Row]] = []
    private var error: PostgresError?
    private var completion: ((Result<[[Row]], PostgresError>) -> Void)?

    init(
        _ statements: [SQL], isTransaction: Bool, mayCommit: Bool,
        party: PoolState.Party? = nil,
        completion: @escaping (Result<[[Row]], PostgresError>) -> Void
    ) {
        self.statements = statements
        self.isTransaction = isTransaction
        self.mayCommit = mayCommit
        self.party = party
        self.completion = completion
        rows.reserveCapacity(statements.count)
    }

    /// Puts statements in front, whose rows are not the caller's.
    func open(with opening: [SQL]) {
        statements = opening + statements
        openingCount = opening.count
    }

    /// The first value that cannot be sent.
    var problem: PostgresError? {
        for statement in statements {
            guard statement.values.count <= Self.valuesMax else {
                return PostgresError(.encoding, "more than \(Self.valuesMax) values are bound")
            }
            var size = 0
            for value in statement.values {
                if let problem = value.problem {
                    return PostgresError(.encoding, "a value cannot be sent: \(problem)")
                }
                size += value.bytes?.count ?? 0
            }
            guard size <= Self.valueBytesMax else {
                return PostgresError(.encoding, "the values are over \(Self.valueBytesMax) bytes")
            }
        }
        return nil
    }

    var isAnswered: Bool { completion == nil }

    func receive(_ rows: [Row]) {
        self.rows.append(rows)
    }

    /// The statement has undone its transaction. Whoever wanted it committed has to hear of it: the
    /// server calls a COMMIT after a failure a success, as a ROLLBACK.
    func wasRolledBack() {
        if mayCommit {
            fail(PostgresError(.aborted, "the transaction was rolled back: a statement failed"))
        } else {
            receive([])
        }
    }

    /// The first failure counts; those behind it only say that it came.
    func fail(_ error: PostgresError) {
        guard self.error == nil else { return }
        if isStopped, error.sqlState == .queryCanceled {
            self.error = PostgresError(
                .cancelled, "the task was cancelled", sqlState: .queryCanceled)
        } else {
            self.error = error
        }
    }

    /// Whether it was stopped in another's place. The server has undone it, so it can be sent
    /// again.
    var isVictim: Bool {
        guard mayBeHit, !isStopped, let state = error?.sqlState else { return false }
        return state == .queryCanceled || state == .inFailedTransaction
    }

    /// Forgets what has been answered, to be sent again.
    func startAnew() {
        mayBeHit = false
        isCommitting = false
        rows = []
        error = nil
    }

    func finish() {
        finish(
            with: error.map { .failure($0) } ?? .success(Array(rows.dropFirst(openingCount))))
    }

    /// The connection is gone.
    ///
    /// - Parameter isUndone: Whether the server has said that it did not finish the request.
    func lose(_ reason: PostgresError, isUndone: Bool) {
        // A statement that failed before has undone the rest already.
        guard error == nil else { return finish() }
        let isOpen = mayCommit && isCommitting && !isUndone
        let message = "the connection was lost before the answer: \(reason.message)"
        let code = isOpen ? PostgresError.Code.outcomeUnknown : .connectionLost
        finish(with: .failure(PostgresError(code, message, sqlState: reason.sqlState)))
    }

    /// Answers, unless it is answered already.
    func finish(with result: Result<[[Row]], PostgresError>) {
        let completion = self.completion
        self.completion = nil
        completion?(result)
    }
}

/// The wish for a connection of one's own.
final class Lease: Answerable {
    var waiterID: PoolState.WaiterID?
    /// For whom it is; see `PoolState`.
    let party: PoolState.Party?
    private var completion: ((Result<LoopBound<Connection>, PostgresError>) -> Void)?

    init(
        party: PoolState.Party?,
        completion: @escaping (Result<LoopBound<Connection>, PostgresError>) -> Void
    ) {
        self.party = party
        self.completion = completion
    }

    func finish(with result: Result<LoopBound<Connection>, PostgresError>) {
        let completion = self.completion
        self.completion = nil
        completion?(result)
    }
}
