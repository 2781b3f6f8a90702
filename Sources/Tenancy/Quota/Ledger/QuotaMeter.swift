/// What a counter counts. Four are the resources of a subscription; the fifth are the calls of an
/// API key, which have a window of their own.
package enum QuotaMeter: UInt8, Sendable, Hashable, CaseIterable {
    case users = 1
    case apiCalls = 2
    case storage = 3
    case transactions = 4
    /// The calls that the keys of one family may make in an hour.
    case keyCalls = 5

    package init(_ resource: Resource) {
        switch resource {
        case .users: self = .users
        case .apiCalls: self = .apiCalls
        case .storage: self = .storage
        case .transactions: self = .transactions
        }
    }

    package init?(name: String) {
        guard let meter = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = meter
    }

    /// The database's name of it.
    package var name: String { resource?.rawValue ?? "key_calls" }

    /// Nil for what is not a resource of the subscription.
    package var resource: Resource? {
        switch self {
        case .users: .users
        case .apiCalls: .apiCalls
        case .storage: .storage
        case .transactions: .transactions
        case .keyCalls: nil
        }
    }
}
