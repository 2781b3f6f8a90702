internal import ArgumentParser

/// A resource as people and the answers of GetQuotas name it.
enum ResourceName: String, ExpressibleByArgument, CaseIterable, Sendable {
    case users
    case apiCalls
    case storage
    case transactions

    /// Takes `apiCalls`, `api-calls`, `api_calls` and `RESOURCE_API_CALLS` alike.
    init?(argument: String) {
        let letters = argument.lowercased().filter { $0 != "-" && $0 != "_" }
        let name = letters.hasPrefix("resource") ? String(letters.dropFirst(8)) : letters
        guard let match = Self.allCases.first(where: { $0.rawValue.lowercased() == name }) else {
            return nil
        }
        self = match
    }

    /// The name of the enumeration's value.
    var protoName: String {
        switch self {
        case .users: "RESOURCE_USERS"
        case .apiCalls: "RESOURCE_API_CALLS"
        case .storage: "RESOURCE_STORAGE"
        case .transactions: "RESOURCE_TRANSACTIONS"
        }
    }
}
