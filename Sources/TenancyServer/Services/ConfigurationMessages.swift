internal import Tenancy
internal import TenancyAPI

/// Settings between the domain and the wire.
extension SettingType {
    /// Nil for a type that was not given or that this version does not know.
    init?(_ type: ConfigType) {
        switch type {
        case .branding: self = .branding
        case .feature: self = .feature
        case .integration: self = .integration
        case .security: self = .security
        case .billing: self = .billing
        default: return nil
        }
    }
}

extension ConfigType {
    init(_ type: SettingType) {
        switch type {
        case .branding: self = .branding
        case .feature: self = .feature
        case .integration: self = .integration
        case .security: self = .security
        case .billing: self = .billing
        }
    }
}

extension SettingDraft {
    init?(_ request: SetConfigurationRequest, violations: inout FieldViolations) {
        let type = SettingType(request.configType)
        self.init(
            key: request.configKey, value: request.configValue?.json ?? "", type: type,
            isTypeUnknown: type == nil && request.configType != .unspecified,
            isSensitive: request.isSensitive, description: request.description,
            expectedVersion: request.expectedVersion, violations: &violations)
    }
}

extension TenancyAPI.Configuration {
    init(_ setting: Setting) {
        self.init(
            configKey: setting.key.text,
            configValue: setting.value.map { JsonValue(json: $0.text) },
            configType: .init(setting.type), isSensitive: setting.isSensitive,
            description: setting.description, updatedBy: setting.updatedBy,
            createdAt: .init(microsecondsSince1970: setting.createdAt.microseconds),
            updatedAt: .init(microsecondsSince1970: setting.updatedAt.microseconds),
            version: setting.version)
    }
}
