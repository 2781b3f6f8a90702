internal import Configuration
internal import Tenancy

/// Who is who: which processes and certificates stand for which principals.
package struct IdentityConfiguration: Sendable {
    /// Who on the Unix socket is what, by the number of a user or of a group.
    package struct Accounts: Sendable, Hashable {
        package var administrators: Set<UInt32> = []
        /// The names of services.
        package var services: [UInt32: String] = [:]
    }

    /// By the user that the peer's process runs as.
    package var users: Accounts
    /// By its group, where its user is nobody in particular.
    package var groups: Accounts
    /// The trust domain that certificates' SPIFFE ids must be of.
    package var trustDomain: String
    /// What each service may call, by its name; a service that is not named may call nothing but
    /// what anybody may. Nil when there is no such list, and each may call whatever services may.
    var serviceCalls: [String: Set<Tenancy.Operation>]?

    init(users: Accounts = Accounts(), groups: Accounts = Accounts(), trustDomain: String) {
        self.users = users
        self.groups = groups
        self.trustDomain = trustDomain
    }

    /// - Throws: `ConfigurationError` naming the key and the rule it breaks.
    init(reading config: ConfigReader) throws {
        users = try Accounts(config, administrators: "admin.uids", services: "service.uids")
        groups = try Accounts(config, administrators: "admin.gids", services: "service.gids")
        trustDomain = config.string(forKey: "trust.domain", default: "bfc-vyomo")
        serviceCalls = try config.string(forKey: ConfigKey(Self.serviceCallsKey)).map { list in
            try Self.serviceCalls(list)
        }
    }

    private static let serviceCallsKey = "service.calls"

    /// From a list such as `trading-engine=CheckQuota+Consume,gateway=*`.
    private static func serviceCalls(
        _ list: String
    ) throws(ConfigurationError) -> [String: Set<Tenancy.Operation>] {
        var calls: [String: Set<Tenancy.Operation>] = [:]
        for item in ServiceConfiguration.items(list) {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(" ") else {
                throw ConfigurationError(
                    key: serviceCallsKey,
                    rule: "must be items such as gateway=VerifyApiKey+Consume, separated by commas")
            }
            for method in parts[1].split(separator: "+", omittingEmptySubsequences: false) {
                let operations = try operations(of: method)
                calls[String(parts[0]), default: []].formUnion(operations)
            }
        }
        return calls
    }

    private static func operations(
        of method: Substring
    ) throws(ConfigurationError) -> Set<Tenancy.Operation> {
        if method == "*" { return Tenancy.Operation.ofServices }
        guard
            let operation = Tenancy.Operation.ofServices.first(where: { $0.methodName == method })
        else {
            throw ConfigurationError(
                key: serviceCallsKey,
                rule: "must name methods that services may call, such as Consume, or be *; "
                    + "\"\(method)\" is none")
        }
        return [operation]
    }

    /// A service by its name.
    func service(_ name: String) -> Principal {
        let operations = serviceCalls.map { $0[name] ?? [] }
        return .service(name: name, operations: operations ?? Tenancy.Operation.ofServices)
    }
}

extension IdentityConfiguration.Accounts {
    fileprivate init(
        _ config: ConfigReader, administrators: String, services: String
    ) throws(ConfigurationError) {
        for item in Self.items(config, administrators) {
            guard let number = UInt32(item) else {
                throw ConfigurationError(
                    key: administrators, rule: "must be numeric ids, separated by commas")
            }
            self.administrators.insert(number)
        }
        for item in Self.items(config, services) {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = UInt32(parts[0]), !parts[1].isEmpty else {
                throw ConfigurationError(
                    key: services,
                    rule: "must be pairs such as 998=trading-engine, separated by commas")
            }
            self.services[number] = String(parts[1])
        }
    }

    private static func items(_ config: ConfigReader, _ key: String) -> [String] {
        ServiceConfiguration.items(config.string(forKey: ConfigKey(key), default: ""))
    }
}
