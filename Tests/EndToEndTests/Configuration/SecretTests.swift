internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A secret", .timeLimit(.minutes(10)))
struct SecretTests {
    @Test("is kept sealed, shown to who may see it, and stays a secret")
    func life() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("secret")
            let made = try await services.set(
                "smtp", #"{"password": "hunter2-one"}"#, .integration, of: code,
                isSensitive: true)
            #expect(made?.isSensitive == true && made?.configValue == nil)
            // Not said to be a secret, and one all the same.
            let replaced = try await services.set(
                "smtp", #"{"password": "hunter2-two"}"#, of: code)
            #expect(replaced?.isSensitive == true && replaced?.configValue == nil)
            #expect(
                try await services.settings(of: code).configurations.map(\.configValue) == [nil])
            #expect(
                try await services.settings(of: code, reveal: true).configurations
                    .map(\.configValue?.json) == [#"{"password": "hunter2-two"}"#])
            #expect(
                try await deployment.activity(of: code) == [
                    "data_key_created", "config_created", "config_updated", "config_revealed",
                ])
        }
    }

    @Test("that is shown leaves a row that says to whom, and a look at the others leaves none")
    func revealed() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenantWithEveryRank("revealing")
            for key in ["b", "a"] {
                try await services.set(
                    key, #"{"x": "hidden-\#(key)"}"#, .security, of: code, isSensitive: true)
            }
            try await services.set("plain", "true", .feature, of: code)
            return code
        }
        try await deployment.withTrustedService("revealing") { service in
            let admin = CallOptions.acting(for: "the-admin")
            _ = try await service.settings(of: code, options: admin)
            let page = try await service.configurations.getConfigurations(
                .init(tenantCode: code, keyPrefix: "plain", revealSensitive: true), options: admin)
            #expect(page.configurations.count == 1)
            try await expectFailure(.permissionDenied) {
                try await service.settings(
                    of: code, reveal: true, options: .acting(for: "the-viewer"))
            }
            let shown = try await service.settings(of: code, reveal: true, options: admin)
            #expect(
                shown.configurations.map { $0.configValue?.json } == [
                    #"{"x": "hidden-a"}"#, #"{"x": "hidden-b"}"#, "true",
                ])
        }
        let rows = try await deployment.activity(
            of: code, columns: "actor, action, entity_id, details")
        let details = #"{"version": 1, "config_type": "security"}"#
        #expect(
            rows.filter { $0.contains("config_revealed") }
                == ["a", "b"].map { "user:the-admin|config_revealed|\($0)|\(details)" })
        #expect(!rows.contains { $0.contains("hidden-") })
    }

    @Test("that was plain is in no new row of the log")
    func hidden() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("hiding")
            try await services.set("a", #"{"b": "was-plain"}"#, .security, of: code)
            try await services.set(
                "a", #"{"b": "now-secret"}"#, of: code, isSensitive: true)
            let rows = try await deployment.activity(of: code, columns: "action || details::text")
            #expect(rows.filter { $0.contains("was-plain") }.count == 1)
            #expect(!rows.contains { $0.contains("now-secret") })
        }
    }

    @Test("that is planted is found in no table, log, answer or error")
    func planted() async throws {
        let deployment = try await Deployment()
        let secret = "planted-\(UUID().uuidString)"
        let value = #"{"token": "\#(secret)"}"#
        var told: [String] = []
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("planted")
            func attempt(_ change: (inout SetConfigurationRequest) -> Void) async {
                var request = SetConfigurationRequest(
                    tenantCode: code, configKey: "token", configValue: .init(json: value),
                    configType: .security, isSensitive: true, idempotencyKey: "once")
                change(&request)
                do throws(RPCError) {
                    told.append("\(try await services.configurations.setConfiguration(request))")
                } catch {
                    told.append("\(error) \(error.details)")
                }
            }
            await attempt { _ in }
            await attempt { _ in }
            await attempt { $0.validateOnly = true }
            await attempt { $0.expectedVersion = 9 }
            await attempt { $0.configValue = .init(json: "[\(value)") }
            await attempt {
                $0.configType = .feature; $0.idempotencyKey = ""
            }
            await attempt {
                $0.configType = .unspecified; $0.idempotencyKey = "two"
            }
            told.append("\(try await services.settings(of: code))")
            let records = try await services.tenants.exportTenant(.init(tenantCode: code))
            for try await record in records where record.kind == "configuration" {
                told.append("\(record)")
            }
        }
        #expect(told.count == 9)
        #expect(!told.contains { $0.contains(secret) })
        let tables = try await deployment.query(
            """
            SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            """)
        #expect(tables.contains("tenant_configurations"))
        let hex = Data(secret.utf8).map { String(format: "%02x", $0) }.joined()
        for table in tables {
            let found = try await deployment.number(
                """
                SELECT count(*) FROM \(table) r
                WHERE strpos(r::text, '\(secret)') > 0 OR strpos(r::text, '\(hex)') > 0
                """)
            #expect(found == 0, "\(table)")
        }
        for log in ["tenancyd.log", "postgres/server.log"] {
            let text = try String(contentsOfFile: "\(deployment.folder)/\(log)", encoding: .utf8)
            #expect(!text.isEmpty && !text.contains(secret), "\(log)")
        }
        try await deployment.shutdown()
    }

    @Test("needs a master key, and a plain setting none")
    func unconfigured() async throws {
        let deployment = try await Deployment(settings: ["TENANCY_ENCRYPTION_KEY_FILE": ""])
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("keyless")
            try await services.set("flags", "true", .feature, of: code)
            let error = try await expectFailure(.failedPrecondition) {
                try await services.set("secret", "{}", .security, of: code, isSensitive: true)
            }
            #expect(try error.errorInfo?.reason == "ENCRYPTION_NOT_CONFIGURED")
        }
        try await deployment.shutdown()
    }

    @Test("outlives the rotation of the master key, while calls run")
    func rotation() async throws {
        let deployment = try await Deployment()
        let file = "\(deployment.folder)/master-keys"
        let first = try String(contentsOfFile: file, encoding: .utf8)
        let second = "2 " + String(repeating: "5e", count: 32) + "\n"
        try await deployment.withServices(over: .unix) { services in
            let codes = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let code = try await services.createTenant("rotating-\(number)")
                        try await services.set(
                            "secret", #"{"of": "\#(code)"}"#, .security, of: code,
                            isSensitive: true)
                        return code
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            func expectReadable(_ code: String) async throws {
                #expect(
                    try await services.settings(of: code, reveal: true).configurations
                        .map(\.configValue?.json) == [#"{"of": "\#(code)"}"#])
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for code in codes {
                    group.addTask {
                        for _ in 0..<40 {
                            try await expectReadable(code)
                            try await services.set("secret", #"{"of": "\#(code)"}"#, of: code)
                        }
                    }
                }
                group.addTask {
                    try replace(file, by: first + second)
                    try await deployment.waitUntil(
                        "NOT EXISTS (SELECT FROM tenant_data_keys WHERE master_key = 1)")
                }
                try await group.waitForAll()
            }
            // The old key goes, and a server that has read nothing yet still opens everything.
            try replace(file, by: second)
            deployment.signalServer(SIGTERM)
            #expect(try await deployment.serverExitStatus() == 0)
            try await deployment.startServer()
            for code in codes {
                try await deployment.withServices(over: .unix) { services in
                    let shown = try await services.settings(of: code, reveal: true)
                    #expect(
                        shown.configurations.map(\.configValue?.json) == [#"{"of": "\#(code)"}"#])
                }
                #expect(
                    try await deployment.activity(of: code).filter { $0 == "data_key_rewrapped" }
                        .count == 1)
            }
        }
        try await deployment.shutdown()
    }

    /// Replaces a file of keys as a whole, as whoever delivers keys does.
    private func replace(_ path: String, by text: String) throws {
        let isMade = FileManager.default.createFile(
            atPath: path + ".new", contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600])
        guard isMade, rename(path + ".new", path) == 0 else {
            throw DeploymentError("could not replace \(path)")
        }
    }
}
