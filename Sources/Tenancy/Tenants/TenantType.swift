/// The kind of institution. The raw values are the database's.
package enum TenantType: String, Sendable, Hashable, CaseIterable {
    case bank, broker, fintech, enterprise
}
