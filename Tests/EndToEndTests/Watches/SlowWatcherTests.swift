internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A watcher that reads slowly", .timeLimit(.minutes(5)))
struct SlowWatcherTests {
    private static let count = 400

    /// Settings of 60 KB each: far more than sockets and buffers hold.
    private static func fill(_ code: String, in deployment: Deployment) async throws {
        _ = try await deployment.query(
            """
            INSERT INTO tenant_configurations (
                tenant_id, config_key, config_type, config_value, updated_by)
            SELECT tenant_id, 'large-' || to_char(n, 'FM000'), 'billing',
                jsonb_build_object('text', repeat('x', 60000)), ''
            FROM tenant_codes, generate_series(1, \(count)) AS n WHERE tenant_code = '\(code)'
            """)
    }

    private static func key(_ number: Int) -> String {
        "large-" + String(1_000 + number).dropFirst()
    }

    /// A watcher that takes in nothing but what is asked for: the client would read ahead.
    private struct Watcher {
        let connection: RawConnection

        init(_ deployment: Deployment, _ code: String) async throws {
            let path = deployment.socket
            connection = try await onOwnThread { try RawConnection.unix(path) }
            let open: UInt8 = 2
            let service = "bfc.tenancy.v1.ConfigurationService"
            let call = RawFrame(
                stream: 1, type: RawFrame.request, flags: open,
                data: try Ttrpc_Request(service: service, method: "WatchConfigurations")
                    .wireBytes())
            let first = RawFrame(
                stream: 1, type: RawFrame.data,
                data: try WatchConfigurationsRequest(tenantCode: code).wireBytes())
            connection.send(call.bytes + first.bytes)
        }

        /// The next message; nil when the watch has ended well.
        func next() async throws -> WatchConfigurationsResponse? {
            let received = try await onOwnThread { [connection] in try connection.receive() }
            let frame = try #require(received)
            guard frame.type == RawFrame.data, !frame.data.isEmpty else {
                if frame.type == RawFrame.response { #expect(try frame.statusCode == .ok) }
                return nil
            }
            return try frame.data.withUnsafeBytes { try WatchConfigurationsResponse(wire: $0) }
        }
    }

    @Test("holds no connection, and has what is there once it has read everything")
    func snapshot() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_DATABASE_CONNECTIONS_MAX": "1", "TENANCY_LOOPS": "1",
            "TENANCY_LIMITS_WRITE_TIME_MAX_MS": "240000",
        ])
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("slow")
            try await Self.fill(code, in: deployment)
            let watcher = try await Watcher(deployment, code)
            let first = try #require(try await watcher.next())
            #expect(first.type == .snapshot && first.resumeToken.isEmpty)
            #expect(first.configuration?.configKey == Self.key(1))
            // The only connection is free for these, though most is still to be read. Some are of
            // settings that were sent, some of those that will be.
            for number in [1, Self.count - 1, Self.count] {
                try await services.set(Self.key(number), #"{"n": 1}"#, of: code)
            }
            for number in [2, Self.count - 2] {
                _ = try await services.configurations.deleteConfiguration(
                    .init(tenantCode: code, configKey: Self.key(number)))
            }
            try await services.set("aaa", #"{"n": 1}"#, .billing, of: code)
            try await services.set("zzz", #"{"n": 1}"#, .billing, of: code)
            #expect(
                try await deployment.number(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE usename = 'tenancy_app' AND state LIKE 'idle in transaction%'
                    """) == 0)
            var known = [Self.key(1): Int64(1)]
            var told: [String: [WatchEventType]] = [:]
            var token = ""
            while token.isEmpty {
                let event = try #require(try await watcher.next())
                token = event.resumeToken
                guard let setting = event.configuration else {
                    #expect(event.type == .snapshotComplete)
                    continue
                }
                known[setting.configKey] = event.type == .deleted ? nil : setting.version
                told[setting.configKey, default: []].append(event.type)
            }
            let rows = try await deployment.query(
                """
                SELECT config_key || ' ' || version FROM tenant_configurations c
                JOIN tenant_codes t USING (tenant_id)
                WHERE tenant_code = '\(code)' ORDER BY config_key
                """)
            #expect(known.map { "\($0.key) \($0.value)" }.sorted() == rows)
            // What was sent before it changed is told, what was sent as it is now is not.
            #expect(told[Self.key(1)] == [.changed] && told["aaa"] == [.changed])
            #expect(told[Self.key(2)] == [.snapshot, .deleted])
            #expect(told[Self.key(Self.count)] == [.snapshot] && told["zzz"] == [.snapshot])
            #expect(told[Self.key(Self.count - 2)] == nil)
            // One above what was deleted, and made once.
            #expect(known["aaa"] == 2 && known["zzz"] == 2)
            // Neither is told again behind the token.
            try await services.set("aaa", #"{"n": 2}"#, of: code)
            var resumed = try await SettingsWatching(
                services, .init(tenantCode: code, resumeToken: token))
            let next = try #require(try await resumed.nextEvent())
            #expect(next.configuration?.configKey == "aaa" && next.configuration?.version == 3)
            #expect(next.configuration?.configValue?.json == #"{"n": 2}"#)
        }
        try await deployment.shutdown()
    }

    @Test("is told so when more has changed meanwhile than is kept")
    func compacted() async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("overrun")
        }
        try await Self.fill(code, in: deployment)
        let watcher = try await Watcher(deployment, code)
        #expect(try await watcher.next()?.type == .snapshot)
        _ = try await deployment.query(
            """
            DO $$ BEGIN FOR n IN 1..1100 LOOP
                UPDATE tenant_configurations SET config_value = jsonb_build_object('n', n)
                WHERE config_key = 'large-001' AND tenant_id = (
                    SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)');
            END LOOP; END $$
            """)
        var last = WatchEventType.snapshot
        while let event = try await watcher.next() { last = event.type }
        #expect(last == .compacted)
    }
}
