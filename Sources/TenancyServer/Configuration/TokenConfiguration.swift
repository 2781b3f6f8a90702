internal import Configuration
package import Tenancy

/// How tenant tokens are issued.
package struct TokenConfiguration: Sendable {
    package var rules: TokenRules
    package var plan: TokenKeyPlan

    /// - Throws: `ConfigurationError` naming the key and the rule it breaks.
    init(reading config: ConfigReader, trustDomain: String) throws {
        let issuer = config.string(
            forKey: "token.issuer", default: "spiffe://\(trustDomain)/service/tenancyd")
        guard 1...255 ~= issuer.utf8.count else {
            throw ConfigurationError(key: "token.issuer", rule: "must be 1 to 255 bytes")
        }
        let others = ServiceConfiguration.items(
            config.string(forKey: "token.audiences", default: ""))
        guard others.allSatisfy({ $0.utf8.count <= 255 }) else {
            throw ConfigurationError(key: "token.audiences", rule: "must have at most 255 bytes")
        }
        // This service is meant by its own name as an issuer.
        rules = TokenRules(issuer: issuer, audiences: [issuer] + others)
        plan = TokenKeyPlan(
            lifetimeDays: try ServiceConfiguration.number(
                config, "token.key.days", default: 30, in: 1...365))
    }
}
