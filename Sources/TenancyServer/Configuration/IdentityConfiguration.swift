internal import Configuration

/// Who is who: which processes and certificates stand for which principals.
package struct IdentityConfiguration: Sendable {
    /// Users of this machine who are platform administrators on the Unix socket.
    package var administratorUserIDs: Set<UInt32>
    /// Users of this machine whose processes are a service on the Unix socket, by name.
    package var serviceUserIDs: [UInt32: String]
    /// The trust domain that certificates' SPIFFE ids must be of.
    package var trustDomain: String

    init(administratorUserIDs: Set<UInt32>, serviceUserIDs: [UInt32: String], trustDomain: String) {
        self.administratorUserIDs = administratorUserIDs
        self.serviceUserIDs = serviceUserIDs
        self.trustDomain = trustDomain
    }

    /// - Throws: `ConfigurationError` naming the key and the rule it breaks.
    init(reading config: ConfigReader) throws {
        let administrators = config.string(forKey: "admin.uids", default: "")
        administratorUserIDs = Set(
            try Self.items(administrators).map { item in
                guard let uid = UInt32(item) else {
                    throw ConfigurationError(
                        key: "admin.uids", rule: "must be numeric user ids, separated by commas")
                }
                return uid
            })
        let services = config.string(forKey: "service.uids", default: "")
        serviceUserIDs = try Self.items(services).reduce(into: [:]) { users, item in
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let uid = UInt32(parts[0]), !parts[1].isEmpty else {
                throw ConfigurationError(
                    key: "service.uids",
                    rule: "must be pairs such as 998=trading-engine, separated by commas")
            }
            users[uid] = String(parts[1])
        }
        trustDomain = config.string(forKey: "trust.domain", default: "bfc-vyomo")
    }

    private static func items(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }
    }
}
