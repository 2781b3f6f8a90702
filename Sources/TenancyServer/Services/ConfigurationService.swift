internal import OpenSSL
internal import TTRPC
internal import Tenancy
internal import TenancyAPI
internal import TenancyStore

/// `bfc.tenancy.v1.ConfigurationService` on the domain.
struct ConfigurationService: ConfigurationServiceHandler {
    let access: TenantAccess
    let store: TenancyStore
    let watches: WatchServer

    func getConfigurations(
        _ request: GetConfigurationsRequest, context: ServerContext
    ) async throws -> GetConfigurationsResponse {
        let caller = try await access.caller(context, .getConfigurations)
        var violations = FieldViolations()
        let selector = TenantSelector(
            code: request.tenantCode, id: request.tenantId, violations: &violations)
        let type = SettingType(request.configType)
        let list = SettingListRequest(
            pageSize: request.pageSize, pageToken: request.pageToken, type: type,
            isTypeUnknown: type == nil && request.configType != .unspecified,
            keyPrefix: request.keyPrefix, violations: &violations)
        let (named, checked) = try violations.checked(selector, list)
        let tenant = try await access.tenant(named, caller, .getConfigurations)
        guard !request.revealSensitive || tenant.powers.holds(.viewSensitiveConfiguration) else {
            throw Authority.Denial.permissionDenied.error
        }
        let page =
            request.revealSensitive
            ? try await revealedPage(of: tenant.id, checked, caller)
            : try await store.listSettings(of: tenant.id, checked)
        let branding = try await store.look(of: tenant.id).branding
        return GetConfigurationsResponse(
            success: true, configurations: page.settings.map { TenancyAPI.Configuration($0) },
            nextPageToken: page.nextPageToken, branding: TenancyAPI.Branding(branding))
    }

    /// The page with its secrets in clear, once the log says who asked for which.
    private func revealedPage(
        of tenant: TenantID, _ list: SettingListRequest, _ caller: Caller
    ) async throws(DomainError) -> SettingPage {
        var page = try await store.revealSettings(of: tenant, list, context: caller.auditContext)
        guard page.settings.contains(where: \.isSensitive) else { return page }
        let sealer = try await access.sealing.sealer(
            of: tenant, isKept: false, context: caller.auditContext)
        for index in page.settings.indices {
            guard let sealed = page.settings[index].sealedValue else { continue }
            let secret = try sealer.openSecret(
                sealed, for: .configuration, name: page.settings[index].key.text)
            page.settings[index].value = SettingValue(
                trusted: secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        }
        return page
    }

    func setConfiguration(
        _ request: SetConfigurationRequest, context: ServerContext
    ) async throws -> SetConfigurationResponse {
        // A setting that is a secret stays one without being said so, so any request may hold one.
        try await access.change(
            .setConfiguration, request, context,
            requestSecrecy: request.isSensitive ? .certain : .possible
        ) { request, violations in
            SettingDraft(request, violations: &violations)
        } _: { change, tenant, draft in
            let present = try await change.setting(draft.key)
            let (type, isSensitive) = try draft.settled(over: present)
            var sealed: [UInt8]?
            if isSensitive {
                guard let sealer = tenant.sealer else { throw Sealing.notConfigured }
                var secret = Array(draft.value.text.utf8)
                defer { secret.cleanse() }
                sealed = try sealer.seal(secret, for: .configuration, name: draft.key.text)
            }
            let stored =
                present == nil
                ? try await change.makeSetting(draft, type: type, sealedValue: sealed)
                : try await change.replaceSetting(draft, sealedValue: sealed)
            return SetConfigurationResponse(
                success: true, configuration: TenancyAPI.Configuration(stored))
        }
    }

    func deleteConfiguration(
        _ request: DeleteConfigurationRequest, context: ServerContext
    ) async throws -> DeleteConfigurationResponse {
        try await access.change(.deleteConfiguration, request, context) { request, violations in
            SettingRemoval(
                key: request.configKey, expectedVersion: request.expectedVersion,
                violations: &violations)
        } _: { change, _, removal in
            guard let present = try await change.setting(removal.key) else {
                throw DomainError.notFound("setting")
            }
            try removal.expectedVersion.check(present.version)
            try await change.removeSetting(removal.key)
            return DeleteConfigurationResponse(success: true)
        }
    }
}

extension ConfigurationService {
    func watchConfigurations(
        _ requests: RequestStream<WatchConfigurationsRequest>,
        responses: ResponseWriter<WatchConfigurationsResponse>, context: ServerContext
    ) async throws {
        try await watches.serve(.watchConfigurations, requests, responses, context) {
            request, violations in
            let type = SettingType(request.configType)
            violations.require(
                type != nil || request.configType == .unspecified, "config_type",
                SettingType.rule)
            return ConfigurationWatch(store: store, type: type)
        }
    }
}

extension SetConfigurationRequest: ChangeRequest {}
extension DeleteConfigurationRequest: ChangeRequest {}
