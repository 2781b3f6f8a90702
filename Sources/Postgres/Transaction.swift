internal import Reactor
internal import Synchronization

/// A transaction under way, on a connection of its own. Used by one task, one statement at a time,
/// and not after its closure has returned.
package final class Transaction: Sendable {
    private enum Phase {
        /// Nothing is sent; BEGIN travels with the first statement. Can transition to: opening,
        /// ended.
        case waiting(opening: [SQL])
        /// The first statement is under way. Can transition to: open, broken, ended.
        case opening
        /// Can transition to: ended.
        case open
        /// BEGIN, or what came with it, has failed, so there may be no transaction at all: another
        /// statement would commit by itself. Can transition to: ended.
        case broken
        /// The connection is somebody else's.
        case ended
    }

    private let connection: LoopBound<Connection>
    private let mayCommit: Bool
    /// Read and changed on the connection's loop, where what is sent is put in order.
    private let phase: LoopBound<PhaseBox>

    private final class PhaseBox {
        var value: Phase
        init(_ value: Phase) { self.value = value }
    }

    init(connection: LoopBound<Connection>, opening: [SQL], mayCommit: Bool) {
        self.connection = connection
        self.mayCommit = mayCommit
        phase = LoopBound(PhaseBox(.waiting(opening: opening)), loop: connection.loop)
    }

    /// Runs one statement.
    ///
    /// - Throws: `PostgresError`; after a failure only a rollback is possible.
    package func query(_ sql: SQL) async throws(PostgresError) -> [Row] {
        try await run([sql]).first ?? []
    }

    /// Runs several statements in one round trip; the rows of each.
    package func pipeline(_ statements: [SQL]) async throws(PostgresError) -> [[Row]] {
        try await run(statements)
    }

    private func run(
        _ statements: [SQL], isEnd: Bool = false
    ) async throws(PostgresError) -> [[Row]] {
        let connection = self.connection
        let phase = self.phase
        let mayCommit = self.mayCommit
        return try await answer(on: connection.loop) { completion in
            Request(statements, isTransaction: false, mayCommit: isEnd && mayCommit) { result in
                if case .opening = phase.value.value {
                    if case .success = result {
                        phase.value.value = .open
                    } else {
                        phase.value.value = .broken
                    }
                }
                completion(result)
            }
        } start: { request in
            Self.start(request, isEnd: isEnd, on: connection.value, phase.value)
        } cancel: { request in
            connection.value.cancel(request)
        }
    }

    private static func start(
        _ request: Request, isEnd: Bool, on connection: Connection, _ phase: PhaseBox
    ) {
        // Before BEGIN is given away with it.
        if let problem = request.problem { return request.finish(with: .failure(problem)) }
        switch phase.value {
        case .waiting where isEnd:
            // Nothing was asked for, so there is nothing to commit.
            phase.value = .ended
            request.finish(with: .success([]))
        case .waiting(let opening):
            request.open(with: opening)
            phase.value = .opening
            connection.submit(request)
        case .opening, .open: connection.submit(request)
        case .broken:
            request.finish(
                with: .failure(PostgresError(.aborted, "the transaction could not be begun")))
        case .ended:
            request.finish(with: .failure(PostgresError(.closed, "the transaction has ended")))
        }
    }

    /// - Throws: `PostgresError`; `.aborted` when a statement had failed, and all is rolled back.
    func commit() async throws(PostgresError) {
        _ = try await run(["COMMIT"], isEnd: true)
        await end(rollingBack: false)
    }

    /// Ends the transaction, whatever became of it. A task that is cancelled still rolls back.
    func rollBack() async {
        await end(rollingBack: true)
    }

    private func end(rollingBack: Bool) async {
        let connection = self.connection
        let phase = self.phase
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            connection.loop.execute {
                let box = phase.value
                let hasBegun =
                    switch box.value {
                    case .waiting, .ended: false
                    case .opening, .open, .broken: true
                    }
                box.value = .ended
                guard rollingBack, hasBegun, !connection.value.isLost else {
                    return continuation.resume()
                }
                connection.value.submit(
                    Request(["ROLLBACK"], isTransaction: false, mayCommit: false) { _ in
                        continuation.resume()
                    })
            }
        }
    }
}
