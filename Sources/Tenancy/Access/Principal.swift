/// Who calls, once that is known for certain.
package enum Principal: Sendable, Hashable {
    /// An operator of the platform, by name.
    case platformAdministrator(name: String)
    /// An internal service, with what it may call.
    case service(name: String, operations: Set<Operation>)
    /// Someone of one tenant, with what they may call.
    case tenant(TenantID, name: String, operations: Set<Operation>)
    /// Nobody that could be identified.
    case anonymous

    /// The name that the activity log shows. The kind stands in front, so that a service cannot
    /// pass for an administrator by its name.
    package var auditName: String {
        switch self {
        case .platformAdministrator(let name): return "platform:\(name)"
        case .service(let name, _): return "service:\(name)"
        case .tenant(let id, let name, _): return "tenant:\(id):\(name)"
        case .anonymous: return "anonymous"
        }
    }
}
