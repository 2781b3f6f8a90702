internal import Postgres
package import Tenancy

/// A change under way: one transaction, in the scope of one tenant, of which either everything
/// happens or nothing. What can be changed is in the extensions of this type, a file for each part
/// of the domain.
package struct Change: Sendable {
    package let tenant: TenantID
    package let context: AuditContext
    /// Whether the change is made again when it fails for units that others were asked for: then
    /// it should fail, rather than to do with less.
    package let waitsForUnits: Bool
    private let transaction: Transaction

    init(terms: ChangeTerms, transaction: Transaction, waitsForUnits: Bool) {
        tenant = terms.tenant
        context = terms.context
        self.waitsForUnits = waitsForUnits
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

    /// Runs one statement with the platform's rights, for what no tenant may change of itself. It
    /// sees all tenants, so it names its own. It answers with exactly one row.
    func asPlatform(_ statement: SQL) async throws(DomainError) -> Row {
        let rows: [[Row]]
        do throws(PostgresError) {
            rows = try await transaction.pipeline([
                "SET LOCAL ROLE tenancy_platform", statement, "SET LOCAL ROLE tenancy_app",
            ])
        } catch {
            throw DomainError(error)
        }
        guard rows.count == 3, let row = rows[1].first else { throw TenancyStore.emptyAnswer }
        return row
    }
}
