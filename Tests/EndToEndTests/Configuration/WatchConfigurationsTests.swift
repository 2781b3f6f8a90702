internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import TestSupport
internal import Testing

@Suite("A watch of a tenant's settings", .timeLimit(.minutes(5)))
struct WatchConfigurationsTests {
    @Test("sends what is there, then every change, and no secret")
    func flow() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("watched")
            func set(_ key: String, _ value: String, isSensitive: Bool = false) async throws {
                _ = try await services.configurations.setConfiguration(
                    .init(
                        tenantCode: code, configKey: key, configValue: JsonValue(json: value),
                        configType: .integration, isSensitive: isSensitive))
            }
            try await set("plain", #"{"n": 1}"#)
            try await set("secret", #"{"password": "hunter2"}"#, isSensitive: true)
            var watching = try await SettingsWatching(services, .init(tenantCode: code))
            let plain = try #require(try await watching.next())
            #expect(plain.type == .snapshot && plain.configuration?.configKey == "plain")
            #expect(plain.configuration?.configValue?.json.contains("1") == true)
            let secret = try #require(try await watching.next())
            #expect(secret.type == .snapshot && secret.configuration?.isSensitive == true)
            #expect(secret.configuration?.configValue == nil)
            let complete = try #require(try await watching.next())
            #expect(complete.type == .snapshotComplete && !complete.resumeToken.isEmpty)
            let begun = try #require(try await watching.next())
            #expect(begun.type == .heartbeat && begun.resumeToken == complete.resumeToken)

            try await set("plain", #"{"n": 2}"#)
            try await set("secret", #"{"password": "hunter3"}"#, isSensitive: true)
            _ = try await services.configurations.deleteConfiguration(
                .init(tenantCode: code, configKey: "plain"))
            let changed = try #require(try await watching.nextEvent())
            #expect(changed.type == .changed && changed.configuration?.version == 2)
            let hidden = try #require(try await watching.nextEvent())
            #expect(hidden.configuration?.configKey == "secret")
            #expect(hidden.configuration?.configValue == nil)
            let deleted = try #require(try await watching.nextEvent())
            #expect(deleted.type == .deleted && deleted.configuration?.configKey == "plain")
            #expect(deleted.configuration?.configValue == nil)
            watching.call.requests.finish()
            #expect(try await watching.nextEvent() == nil)

            // From a token on, without what is there: only what came after it.
            var again = try await SettingsWatching(
                services, .init(tenantCode: code, resumeToken: hidden.resumeToken))
            #expect(try await again.nextEvent()?.type == .deleted)
            again.call.requests.finish()
            var ofType = try await SettingsWatching(
                services,
                .init(
                    tenantCode: code, resumeToken: begun.resumeToken,
                    configType: .branding))
            ofType.call.requests.finish()
            #expect(try await ofType.nextEvent() == nil)
        }
    }

    @Test("says so when changes are no longer kept, and refuses tokens of other watches")
    func compacted() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("compacted")
            var watching = try await SettingsWatching(services, .init(tenantCode: code))
            #expect(try await watching.next()?.type == .snapshotComplete)
            let token = try #require(try await watching.next()?.resumeToken)
            watching.call.requests.finish()
            try await Self.write(1...1_010, to: code, in: deployment)
            var late = try await SettingsWatching(
                services, .init(tenantCode: code, resumeToken: token))
            #expect(try await late.next()?.type == .compacted)
            #expect(try await late.next() == nil)

            let activity = try await services.activity.watchActivity()
            try await activity.requests.write(.init(tenantCode: code))
            var heartbeats = activity.responses.makeAsyncIterator()
            let foreign = try #require(try await heartbeats.next()?.resumeToken)
            activity.requests.finish()
            for request in [
                WatchConfigurationsRequest(), .init(tenantCode: code, resumeToken: foreign),
                .init(tenantCode: code, configType: ConfigType(rawValue: 99)),
            ] {
                try await expectFailure(.invalidArgument) {
                    var refused = try await SettingsWatching(services, request)
                    return try await refused.next()
                }
            }
        }
    }

    @Test("loses and repeats nothing across servers killed at any moment", arguments: [3, 4])
    func killed(seed: UInt64) async throws {
        let deployment = try await Deployment()
        let total = 200
        var token = ""
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("killed")
            var watching = try await SettingsWatching(services, .init(tenantCode: code))
            #expect(try await watching.next()?.type == .snapshotComplete)
            token = try #require(try await watching.next()?.resumeToken)
            watching.call.requests.finish()
            return code
        }
        let writing = Task {
            for first in stride(from: 1, to: total, by: 10) {
                try await Self.write(first...(first + 9), to: code, in: deployment)
            }
        }
        var random = SplitMix(seed: seed)
        var seen: [Int64] = []
        while seen.count < total {
            let kills = Int.random(in: 1...80, using: &random)
            do {
                try await deployment.withServices(over: .unix) { services in
                    var watching = try await SettingsWatching(
                        services, .init(tenantCode: code, resumeToken: token))
                    var events = 0
                    while events < kills, seen.count < total,
                        let response = try await watching.next()
                    {
                        token = response.resumeToken
                        guard let setting = response.configuration else { continue }
                        seen.append(setting.version)
                        events += 1
                        try await watching.acknowledge(response.resumeToken)
                    }
                }
                if seen.count >= total { break }
                deployment.signalServer(SIGKILL)
                #expect(try await deployment.serverExitStatus() == 128 + SIGKILL)
                try await deployment.startServer()
            } catch let error as RPCError where error.code == .unavailable {
                continue
            }
        }
        try await writing.value
        #expect(seen == Array(1...Int64(total)))
        try await deployment.shutdown()
    }

    /// Sets one setting to each number in turn, each in a transaction of its own, by psql: a watch
    /// must hear of what no server did.
    private static func write(
        _ numbers: ClosedRange<Int>, to code: String, in deployment: Deployment
    ) async throws {
        let statement = { (value: String) in
            """
            INSERT INTO tenant_configurations (
                tenant_id, config_key, config_type, config_value, updated_by)
            SELECT tenant_id, 'counter', 'integration', jsonb_build_object('n', \(value)), 'test'
            FROM tenant_codes WHERE tenant_code = '\(code)'
            ON CONFLICT (tenant_id, config_key)
            DO UPDATE SET config_value = excluded.config_value
            """
        }
        // So many are one transaction: each is a change all the same.
        guard numbers.count <= 100 else {
            _ = try await deployment.query(
                """
                DO $$ BEGIN FOR n IN \(numbers.lowerBound)..\(numbers.upperBound) LOOP
                \(statement("n")); END LOOP; END $$
                """)
            return
        }
        for number in numbers { _ = try await deployment.query(statement(String(number))) }
    }
}
