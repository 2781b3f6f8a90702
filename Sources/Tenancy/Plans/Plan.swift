/// What can be subscribed to. The raw values are the database's.
package enum Plan: String, Sendable, Hashable, CaseIterable {
    case starter, professional, enterprise, custom
}
