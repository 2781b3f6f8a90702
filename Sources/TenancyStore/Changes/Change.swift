internal import Postgres
package import Tenancy

/// A change under way: one transaction, in the scope of one tenant, of which either everything
/// happens or nothing. What can be changed is in the extensions of this type, a file for each part
/// of the domain.
package struct Change: Sendable {
    package let tenant: TenantID
    package let context: AuditContext
    private let transaction: Transaction

    init(terms: ChangeTerms, transaction: Transaction) {
        tenant = terms.tenant
        context = terms.context
        self.transaction = transaction
    }

    /// Runs one statement of the change; it sees the rows of this tenant only.
    func query(_ statement: SQL) async throws(DomainError) -> [Row] {
        do throws(PostgresError) {
            return try await transaction.query(statement)
        } catch {
            throw DomainError(error)
        }
    }

    /// Runs one statement that answers with exactly one row.
    func row(_ statement: SQL) async throws(DomainError) -> Row {
        guard let row = try await query(statement).first else { throw TenancyStore.emptyAnswer }
        return row
    }
}
