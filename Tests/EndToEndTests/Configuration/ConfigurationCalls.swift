internal import TTRPC
internal import TenancyAPI

/// Every unary method of ConfigurationService about a tenant.
enum ConfigurationCalls {
    static let all: [TenantCall] = [get] + changes
    static let changes: [TenantCall] = [set, setSecret, delete]

    static let get = TenantCall.read("GetConfigurations") { _, _ in
        { terms in
            let answer = try await terms.services.configurations.getConfigurations(
                .init(tenantCode: terms.code), options: terms.options)
            return "\(answer)"
        }
    }

    static let set = setCall("SetConfiguration", isSensitive: false)
    static let setSecret = setCall("SetConfiguration of a secret", isSensitive: true)

    private static func setCall(_ name: String, isSensitive: Bool) -> TenantCall {
        .change(name) { _, _ in
            { terms in
                let answer = try await terms.services.configurations.setConfiguration(
                    .init(
                        tenantCode: terms.code, configKey: "flags",
                        configValue: .init(json: terms.isOther ? "false" : "true"),
                        configType: .feature, isSensitive: isSensitive,
                        idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                    options: terms.options)
                return "\(answer)"
            }
        }
    }

    static let delete = TenantCall.change("DeleteConfiguration") { services, code in
        for key in ["flags", "other"] { try await services.set(key, "true", .feature, of: code) }
        return { terms in
            let answer = try await terms.services.configurations.deleteConfiguration(
                .init(
                    tenantCode: terms.code, configKey: terms.isOther ? "other" : "flags",
                    idempotencyKey: terms.key, validateOnly: terms.validateOnly),
                options: terms.options)
            return "\(answer)"
        }
    }
}

extension Services {
    /// Makes or replaces a setting.
    @discardableResult
    func set(
        _ key: String, _ json: String, _ type: ConfigType = .unspecified, of code: String,
        isSensitive: Bool = false, description: String = "", expecting version: Int64 = 0,
        options: CallOptions = .defaults
    ) async throws(RPCError) -> TenancyAPI.Configuration? {
        try await configurations.setConfiguration(
            .init(
                tenantCode: code, configKey: key, configValue: .init(json: json),
                configType: type, isSensitive: isSensitive, description: description,
                expectedVersion: version),
            options: options
        ).configuration
    }

    /// The settings of a tenant, as one page.
    func settings(
        of code: String, reveal: Bool = false, options: CallOptions = .defaults
    ) async throws(RPCError) -> GetConfigurationsResponse {
        try await configurations.getConfigurations(
            .init(tenantCode: code, pageSize: 1000, revealSensitive: reveal), options: options)
    }
}
