/// Who calls, once that is known for certain.
package enum Principal: Sendable, Hashable {
    /// An operator of the platform, by name.
    case platformAdministrator(name: String)
    /// An internal service in its own name, with what it may call.
    case service(name: String, operations: Set<Operation>)
    /// A user for whom a service calls. What the user may do depends on the tenant, and is never
    /// more than the service may.
    case user(id: String, service: String, operations: Set<Operation>)
    /// A program of one tenant, by the key it calls with.
    case apiKey(TenantID, keyID: Int64, permissions: Set<Permission>, terms: KeyTerms)
    /// Nobody that could be identified.
    case anonymous

    /// Whether it is of the platform, and acts for nobody else.
    package var isTrusted: Bool {
        switch self {
        case .platformAdministrator, .service: return true
        case .user, .apiKey, .anonymous: return false
        }
    }

    /// The name of whose connection it is, of the platform's own; nil for a program of a tenant and
    /// for nobody. Users of one service are of the same connection.
    package var nameOfPlatform: String? {
        switch self {
        case .platformAdministrator, .service: auditName
        case .user(_, let service, let operations):
            Self.service(name: service, operations: operations).auditName
        case .apiKey, .anonymous: nil
        }
    }

    /// The name that the activity log shows. The kind stands in front, so that a service cannot
    /// pass for an administrator by its name.
    package var auditName: String {
        switch self {
        case .platformAdministrator(let name): return "platform:\(name)"
        case .service(let name, _): return "service:\(name)"
        case .user(let id, _, _): return "user:\(id)"
        case .apiKey(_, let keyID, _, _): return "api_key:\(keyID)"
        case .anonymous: return "anonymous"
        }
    }
}
