internal import Foundation

/// Documented errors that take more than a call or two to bring about, each with the test that
/// does so.
enum ProvenElsewhere {
    /// By method and error. The test as "Suite.function".
    static let tests: [String: String] = [
        "TenantService/ExportTenant RESOURCE_EXHAUSTED TOO_MANY_EXPORTS":
            "DocumentedErrorTests.exports",
        "TenantService/ExportTenant DEADLINE_EXCEEDED": "DocumentedErrorTests.serverDeadline",
        "ActivityService/VerifyAudit DEADLINE_EXCEEDED": "DocumentedErrorTests.serverDeadline",
        "ActivityService/VerifyAudit ABORTED": "DocumentedErrorTests.proofOvertaken",
        "ActivityService/WatchActivity RESOURCE_EXHAUSTED TOO_MANY_WATCHES":
            "WatchLifeTests.limit",
        "ConfigurationService/WatchConfigurations RESOURCE_EXHAUSTED TOO_MANY_WATCHES":
            "WatchLifeTests.limit",
        "QuotaService/WatchQuota RESOURCE_EXHAUSTED TOO_MANY_WATCHES": "WatchLifeTests.limit",
        "UserService/InviteUser FAILED_PRECONDITION ENCRYPTION_NOT_CONFIGURED":
            "KeptSecretTests.noMasterKey",
        "ApiKeyService/CreateApiKey FAILED_PRECONDITION ENCRYPTION_NOT_CONFIGURED":
            "KeptSecretTests.noMasterKey",
        "ApiKeyService/RotateApiKey FAILED_PRECONDITION ENCRYPTION_NOT_CONFIGURED":
            "KeptSecretTests.noMasterKey",
        "ConfigurationService/GetConfigurations FAILED_PRECONDITION ENCRYPTION_NOT_CONFIGURED":
            "DocumentedErrorTests.revealWithoutKeys",
        "ConfigurationService/SetConfiguration FAILED_PRECONDITION ENCRYPTION_NOT_CONFIGURED":
            "SecretTests.unconfigured",
        "TokenService/ExchangeApiKey FAILED_PRECONDITION ENCRYPTION_NOT_CONFIGURED":
            "TokenTests.withoutMasterKey",
        "TokenService/ExchangeApiKey UNAUTHENTICATED API_KEY_SUPERSEDED":
            "KeyRotationTests.superseded",
        "TokenService/ExchangeApiKey RESOURCE_EXHAUSTED AUTHENTICATION_RATE_EXCEEDED":
            "FailedAuthenticationTests.exchanged",
        "TokenService/Introspect RESOURCE_EXHAUSTED AUTHENTICATION_RATE_EXCEEDED":
            "FailedAuthenticationTests.introspected",
        "ApiKeyService/VerifyApiKey RESOURCE_EXHAUSTED AUTHENTICATION_RATE_EXCEEDED":
            "FailedAuthenticationTests.guesses",
    ]

    static func exists(_ test: String) throws -> Bool {
        let parts = test.split(separator: ".")
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<2 { folder.deleteLastPathComponent() }
        let files = FileManager.default.enumerator(atPath: folder.path)
        while let file = files?.nextObject() as? String {
            guard file.hasSuffix("/\(parts[0]).swift") || file == "\(parts[0]).swift" else {
                continue
            }
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            return text.contains("struct \(parts[0]) {") && text.contains("func \(parts[1])(")
        }
        return false
    }
}
