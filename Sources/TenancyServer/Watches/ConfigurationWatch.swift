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

    /// No connection is held while a watcher reads: each page is one statement.
    func begin(
        _ tenant: TenantID, authorize: () async throws(DomainError) -> Void,
        send: (WatchConfigurationsResponse) async throws -> Void
    ) async throws -> WatchStart {
        var snapshot = SettingSnapshot()
        while true {
            let page = try await store.watchedPage(of: tenant, type: type, after: snapshot.lastKey)
            snapshot.take(page)
            if page.settings.isEmpty { break }
            for setting in page.settings {
                try await send(
                    WatchConfigurationsResponse(
                        type: .snapshot, configuration: TenancyAPI.Configuration(setting),
                        eventTime: .init(microsecondsSince1970: setting.updatedAt.microseconds)))
            }
            try await authorize()
        }
        guard var position = snapshot.first, let end = snapshot.last else { return .end }
        while position.sequence < end.sequence {
            let changes = try await read(
                tenant, after: position, through: end, limit: WatchFlow.unacknowledgedMax)
            guard try await compactedSequence(of: tenant) <= position.sequence else {
                return .compacted
            }
            for change in changes where !snapshot.holds(change) {
                try await send(response(change, token: ""))
            }
            guard changes.count == WatchFlow.unacknowledgedMax, let last = changes.last else {
                break
            }
            position = last.position
            try await authorize()
        }
        return .sent(end)
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
