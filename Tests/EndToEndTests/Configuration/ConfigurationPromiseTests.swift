internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Every call about settings", .timeLimit(.minutes(10)))
struct ConfigurationPromiseTests {
    @Test("made again under its key has one effect", arguments: ConfigurationCalls.changes)
    func again(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectOneEffect(services, in: deployment)
        }
    }

    @Test("that is only validated changes nothing", arguments: ConfigurationCalls.changes)
    func validated(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await call.expectNoEffectWhenValidated(services, in: deployment)
        }
    }

    @Test("finds a foreign tenant as little as an absent one")
    func foreign() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let own = try await services.createTenant("own")
            try await services.addUser("stranger", .admin, to: own)
            try await deployment.withTrustedService("foreign") { service in
                for call in ConfigurationCalls.all {
                    try await call.expectForeignLikeAbsent(
                        services, service: service, options: .acting(for: "stranger"),
                        in: deployment)
                }
            }
        }
    }

    @Test("is refused while the tenant is suspended", arguments: ConfigurationCalls.all)
    func suspended(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            try await deployment.withTrustedService("suspended") { service in
                try await call.expectRefusedWhileSuspended(services, service: service)
            }
        }
    }

    @Test("is refused to nobody in particular", arguments: ConfigurationCalls.all)
    func anonymous(_ call: TenantCall) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("closed")
            let made = try await call.prepare(services, code)
            try await deployment.withServices(over: deployment.anonymousTLS) { nobody in
                try await expectFailure(.unauthenticated) {
                    try await made(.init(services: nobody, code: code))
                }
            }
        }
    }

    @Test("takes its permission: viewers read, managers change, and only administrators reveal")
    func ranks() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("ranked")
            try await services.set("secret", "{}", .security, of: code, isSensitive: true)
            try await deployment.withTrustedService("portal") { service in
                for (user, role) in Services.ranks {
                    let options = CallOptions.acting(for: user)
                    let page = try await service.settings(of: code, options: options)
                    #expect(page.configurations.last?.isSensitive == true)
                    #expect(page.configurations.last?.configValue == nil)
                    if role == .admin {
                        let shown = try await service.settings(
                            of: code, reveal: true, options: options)
                        #expect(shown.configurations.last?.configValue?.json == "{}")
                    } else {
                        try await expectFailure(.permissionDenied) {
                            try await service.settings(of: code, reveal: true, options: options)
                        }
                    }
                    if role == .admin || role == .manager {
                        try await service.set(
                            "by-\(user)", "true", .feature, of: code, options: options)
                    } else {
                        try await expectFailure(.permissionDenied) {
                            try await service.set(
                                "by-\(user)", "true", .feature, of: code, options: options)
                        }
                        try await expectFailure(.permissionDenied) {
                            try await service.configurations.deleteConfiguration(
                                .init(tenantCode: code, configKey: "secret"), options: options)
                        }
                    }
                }
            }
        }
    }

    @Test("names every field that breaks a rule")
    func fields() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let settings = services.configurations
            let calls: [(Set<String>, () async throws -> Void)] = [
                (
                    ["tenant_code", "page_size", "page_token", "config_type", "key_prefix"],
                    {
                        _ = try await settings.getConfigurations(
                            .init(
                                pageSize: -1, pageToken: "x",
                                configType: ConfigType(rawValue: 77), keyPrefix: "No"))
                    }
                ),
                (
                    [
                        "tenant_id", "config_key", "config_value", "config_type", "description",
                        "expected_version", "idempotency_key",
                    ],
                    {
                        _ = try await settings.setConfiguration(
                            .init(
                                tenantId: -1, configKey: "No", configValue: .init(json: "{"),
                                configType: ConfigType(rawValue: 77),
                                description: String(repeating: "d", count: 501),
                                expectedVersion: -2, idempotencyKey: " "))
                    }
                ),
                (
                    ["config_value.logoUrl", "config_value.primaryColor"],
                    {
                        try await services.set(
                            "branding", #"{"logoUrl": "ftp://x", "primaryColor": "red"}"#,
                            .branding, of: "default")
                    }
                ),
                (
                    ["config_type"],
                    { try await services.set("typeless-and-new", "true", of: "default") }
                ),
                (
                    ["tenant_code", "config_key", "expected_version", "idempotency_key"],
                    {
                        _ = try await settings.deleteConfiguration(
                            .init(expectedVersion: -1, idempotencyKey: " "))
                    }
                ),
            ]
            for (fields, call) in calls {
                let error = try await expectFailure(.invalidArgument) { try await call() }
                #expect(try Set(error.violatedFields) == fields)
            }
        }
    }

    @Test("on a version that is gone is ABORTED, also when the setting was made anew since")
    func versions() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("versions")
            #expect(
                try await services.set("flags", "true", .feature, of: code, expecting: -1)?.version
                    == 1)
            #expect(
                try await services.set("flags", "false", of: code, expecting: 1)?.version == 2)
            func expectMismatch(_ call: () async throws -> Void) async throws {
                let error = try await expectFailure(.aborted) { try await call() }
                #expect(try error.errorInfo?.reason == "VERSION_MISMATCH")
            }
            func delete(_ version: Int64) async throws {
                _ = try await services.configurations.deleteConfiguration(
                    .init(tenantCode: code, configKey: "flags", expectedVersion: version))
            }
            for version: Int64 in [-1, 1, 3] {
                try await expectMismatch {
                    try await services.set("flags", "true", of: code, expecting: version)
                }
            }
            try await expectMismatch { try await delete(1) }
            try await expectMismatch {
                try await services.set("absent", "true", .feature, of: code, expecting: 1)
            }
            try await delete(2)
            let missing = try await expectFailure(.notFound) { try await delete(0) }
            #expect(missing.message == "no such setting")
            let anew = try await services.set("flags", "true", .feature, of: code, expecting: -1)
            #expect(anew?.version == 3)
            try await expectMismatch { try await delete(2) }
        }
    }

    @Test("made at once by many who expect the same version succeeds once")
    func atOnce() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("racing")
            for version: Int64 in [-1, 1] {
                let won = await withTaskGroup(of: Bool.self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            let made = try? await services.set(
                                "flags", #"{"by_\#(number)": true}"#, .feature, of: code,
                                expecting: version)
                            return made != nil
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(won == 1)
            }
            #expect(try await services.settings(of: code).configurations.map(\.version) == [2])
        }
    }
}
