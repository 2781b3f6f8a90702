internal import Postgres
internal import Synchronization
package import Tenancy

extension TenancyStore {
    /// Makes a change of one tenant, the one way that there is: it is admitted by the tenant's
    /// status under a lock, put down to who asked for it, and its answer is kept under the
    /// idempotency key. A change that is only validated is made and rolled back, so that validating
    /// never says anything else than doing. A conflict with another transaction is tried again.
    ///
    /// - Parameter admit: Decides on the tenant's status at the time of the change.
    /// - Parameter body: Makes the change and answers with the serialized answer; runs again after
    ///   a conflict.
    /// - Returns: the answer, of now or of the first time.
    /// - Throws: what `admit` and `body` throw, and `notFound`, `idempotencyKeyReused`, `aborted`,
    ///   `unavailable`.
    package func change(
        _ terms: ChangeTerms,
        admit: @Sendable (TenantStatus) throws(DomainError) -> Void,
        _ body: @Sendable (Change) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        var attempts = 1
        var wait = RecallWait()
        while true {
            do {
                return try await attempt(
                    terms, waitsForUnits: !wait.isOver, admit: admit, body)
            } catch let error as DomainError {
                if case .quotaExceeded(let excess) = error.code, excess.isRecallable {
                    // What it misses is in the hands of others; that they are asked for it was
                    // rolled back with the rest.
                    let account = excess.account(of: terms.tenant)
                    try await recallLeases(of: account, context: terms.context)
                    guard await waitForRecall(of: account, &wait) else {
                        throw error
                    }
                    continue
                }
                guard error.code == .aborted, attempts < Self.attemptsMax else { throw error }
                attempts += 1
            }
        }
    }

    /// What ends a transaction without keeping it.
    private enum Unkept: Error {
        case answer([UInt8])
    }

    private func attempt(
        _ terms: ChangeTerms, waitsForUnits: Bool,
        admit: @Sendable (TenantStatus) throws(DomainError) -> Void,
        _ body: @Sendable (Change) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        let settings = TransactionSettings(scope: .tenant(terms.tenant), context: terms.context)
        do {
            let answer = try await client.withTransaction(settings) { transaction in
                let change = Change(
                    terms: terms, transaction: transaction, waitsForUnits: waitsForUnits)
                if let kept = try await begin(change, terms, admit: admit) {
                    throw Unkept.answer(kept)
                }
                let answer = try await body(change)
                if terms.validateOnly { throw Unkept.answer(answer) }
                if let idempotency = terms.idempotency {
                    let kept = try terms.answerSeal?.seal(answer) ?? answer
                    _ = try await change.query(
                        """
                        SELECT keep_tenant_answer(
                            \(terms.tenant.rawValue), \(idempotency.key),
                            \(PostgresBytes(kept)))
                        """)
                }
                return answer
            }
            changes.forget(terms.tenant)
            // Who is told that a tenant is stopped gets nothing more for it from this server.
            if terms.operation.changesLimits {
                await quotaHolder.withLock { $0 }?.refreshed(terms.tenant)
            }
            return answer
        } catch Unkept.answer(let answer) {
            return answer
        } catch let error as PostgresError {
            // It may have happened, or be about to; the feed will tell then.
            changes.forget(terms.tenant)
            throw DomainError(error)
        }
    }

    /// The kept answer of the first time, or nil when the change is to be made.
    private func begin(
        _ change: Change, _ terms: ChangeTerms,
        admit: @Sendable (TenantStatus) throws(DomainError) -> Void
    ) async throws(DomainError) -> [UInt8]? {
        let hash = terms.idempotency.map { PostgresBytes($0.requestHash) }
        let row = try await change.row(
            """
            SELECT * FROM begin_tenant_change(
                \(terms.tenant.rawValue), \(terms.lock.rawValue), \(terms.operation.methodName),
                \(optional: terms.idempotency?.key), \(optional: hash), \(terms.validateOnly))
            """)
        switch try row.value("outcome", as: String.self) {
        case "proceed":
            try admit(try row.named("tenant_status"))
            return nil
        case "replayed":
            guard let answer = try row.optional("response", as: [UInt8].self) else {
                throw Self.emptyAnswer
            }
            return try terms.answerSeal?.open(answer) ?? answer
        case "key_reused": throw .idempotencyKeyReused
        case "not_found": throw .tenantNotFound
        default: throw Self.emptyAnswer
        }
    }
}
