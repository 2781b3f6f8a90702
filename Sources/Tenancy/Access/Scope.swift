/// The rows that a transaction may see; the database enforces it.
package enum Scope: Sendable, Hashable {
    /// All tenants.
    case platform
    /// One tenant.
    case tenant(TenantID)
}
