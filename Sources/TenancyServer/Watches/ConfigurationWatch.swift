internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// A watch of a tenant's settings: what they are, then every change. Secrets show that they
/// changed, and not what they are.
struct ConfigurationWatch: WatchSource {
    let store: TenancyStore
    /// Only this type; all when nil.
    let type: SettingType?

    func begin(
        _ tenant: TenantID, send: (WatchConfigurationsResponse) async throws -> Void
    ) async throws -> ChainPosition? {
        let position = try await store.withSettings(of: tenant, type: type) { setting in
            try await send(
                WatchConfigurationsResponse(
                    type: .snapshot, configuration: TenancyAPI.Configuration(setting),
                    eventTime: .init(microsecondsSince1970: setting.updatedAt.microseconds)))
        }
        try await send(response(.snapshotComplete, token: "", at: .now()))
        return position
    }

    func read(
        _ tenant: TenantID, after: ChainPosition, through: ChainPosition, limit: Int
    ) async throws(DomainError) -> [SettingChange] {
        try await store.settingChanges(
            of: tenant, after: after, through: through, type: type, limit: limit)
    }

    func compactedSequence(of tenant: TenantID) async throws(DomainError) -> Int64 {
        try await store.compactedSettingsSequence(of: tenant)
    }

    func response(_ event: SettingChange, token: String) -> WatchConfigurationsResponse {
        WatchConfigurationsResponse(
            type: event.isDeletion ? .deleted : .changed,
            configuration: event.isDeletion
                ? TenancyAPI.Configuration(
                    configKey: event.setting.key.text, configType: .init(event.setting.type))
                : TenancyAPI.Configuration(event.setting),
            resumeToken: token,
            eventTime: .init(microsecondsSince1970: event.position.createdAt.microseconds))
    }

    func response(
        _ type: WatchEventType, token: String, at time: Timestamp
    ) -> WatchConfigurationsResponse {
        WatchConfigurationsResponse(
            type: type, configuration: nil, resumeToken: token,
            eventTime: .init(microsecondsSince1970: time.microseconds))
    }
}

extension SettingChange: WatchEvent {}
extension WatchConfigurationsRequest: WatchRequest {}
