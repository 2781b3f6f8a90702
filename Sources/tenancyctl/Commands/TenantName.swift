internal import ArgumentParser
internal import ProtobufSchema

/// How a tenant is named on the command line: its code, or `id:` and its number. Codes have no
/// colon, so the two cannot be mistaken; a bare number would be a valid code.
struct TenantName: ExpressibleByArgument, Hashable, Sendable {
    /// The field of a request that carries the name, and its value.
    let member: JSONValue.Member

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        guard argument.hasPrefix("id:") else {
            member = .init("tenantCode", .string(argument))
            return
        }
        guard let id = Int64(argument.dropFirst(3)), id > 0 else { return nil }
        member = .init("tenantId", .number(String(id)))
    }
}
