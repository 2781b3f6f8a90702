internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The activity log over the wire", .timeLimit(.minutes(5)))
struct ActivityTests {
    /// Appends rows past the service, as `login` by user_0 … user_2 in turn.
    static func append(_ count: Int, to code: String, in deployment: Deployment) async throws {
        _ = try await deployment.query(
            """
            SELECT set_config('tenancy.actor', 'user:user_' || n % 3, false),
                append_tenant_activity(
                    (SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)'),
                    CASE n % 2 WHEN 0 THEN 'login' ELSE 'logout' END, 'user',
                    'user_' || n % 3, jsonb_build_object('n', n))
            FROM generate_series(1, \(count)) AS n
            """)
    }

    @Test("Pages go back in time, are stable under inserts, and follow the filters")
    func pages() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("paged")
            try await Self.append(30, to: code, in: deployment)
            var request = ListActivityRequest(tenantCode: code, pageSize: 7)
            var seen: [Int64] = []
            repeat {
                let page = try await services.activity.listActivity(request)
                #expect(page.success)
                seen += page.activities.map(\.sequence)
                request.pageToken = page.nextPageToken
                try await Self.append(1, to: code, in: deployment)
            } while !request.pageToken.isEmpty
            #expect(seen == (1...32).reversed())

            let filters: [(Int, (inout ListActivityRequest) -> Void)] = [
                (
                    10,
                    {
                        $0.actor = "user:user_1"; $0.actions = ["login", "logout"]
                    }
                ),
                (2, { $0.actions = ["tenant_created", "subscription_created"] }),
                (1, { $0.actions = ["tenant_created"] }),
                (15, { $0.actions = ["login"] }),
                (
                    10,
                    {
                        $0.entityType = "user"; $0.entityId = "user_2"
                    }
                ),
                (1, { $0.entityType = "subscription" }),
                (0, { $0.endTime = .init(seconds: 1_000_000_000, nanos: 0) }),
                (32, { $0.startTime = .init(seconds: 1_000_000_000, nanos: 0) }),
            ]
            for (index, (count, change)) in filters.enumerated() {
                var request = ListActivityRequest(tenantCode: code, pageSize: 1000)
                change(&request)
                let found = try await services.activity.listActivity(request).activities
                // The rows that the loop above has added are logouts of user_1.
                let added = found.count { $0.sequence > 32 }
                #expect(found.count - added == count, "filter \(index)")
            }
        }
    }

    @Test("What breaks a rule is named, all at once")
    func refused() async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("refused")
            let token = try await services.activity.listActivity(
                .init(tenantCode: code, pageSize: 1)
            ).nextPageToken
            #expect(!token.isEmpty)
            let error = try await expectFailure(.invalidArgument) {
                try await services.activity.listActivity(
                    ListActivityRequest(
                        pageSize: -1, pageToken: token, actions: ["NOT A NAME"], actor: "",
                        startTime: .init(seconds: 2, nanos: 0),
                        endTime: .init(seconds: 1, nanos: 0), entityId: "x"))
            }
            #expect(
                Set(try error.violatedFields) == [
                    "tenant_code", "page_size", "page_token", "actions", "end_time", "entity_id",
                ])
            for request in [
                VerifyAuditRequest(tenantCode: code, knownSequence: 1),
                VerifyAuditRequest(tenantCode: code, knownHash: [1, 2, 3]),
                VerifyAuditRequest(),
            ] {
                try await expectFailure(.invalidArgument) {
                    try await services.activity.verifyAudit(request)
                }
            }
        }
    }

    @Test("A tenant that is absent, foreign or suspended is no answer")
    func denied() async throws {
        let deployment = try await Deployment.shared()
        let service = try await deployment.clientTLS(
            name: "auditor", spiffeID: "spiffe://bfc-vyomo/service/auditor")
        let codes = try await deployment.withServices(over: .unix) { services in
            [
                try await services.createTenant("own"), try await services.createTenant("foreign"),
            ]
        }
        let tenant = "(SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(codes[0])')"
        _ = try await deployment.query(
            """
            INSERT INTO tenant_users (tenant_id, user_id, role) VALUES
                (\(tenant), 'user_1', 'admin'), (\(tenant), 'user_2', 'viewer')
            """)
        try await deployment.withServices(over: service) { services in
            func all(_ code: String, as user: String?) async -> [RPCError.Code?] {
                let options = CallOptions(
                    metadata: Metadata(user.map { [("bfc-actor", $0)] } ?? []))
                return [
                    await Self.code {
                        _ = try await services.activity.listActivity(
                            .init(tenantCode: code), options: options)
                    },
                    await Self.code {
                        _ = try await services.activity.verifyAudit(
                            .init(tenantCode: code), options: options)
                    },
                    await Self.code {
                        let watch = try await services.activity.watchActivity(options: options)
                        try await watch.requests.write(.init(tenantCode: code))
                        var responses = watch.responses.makeAsyncIterator()
                        #expect(try await responses.next()?.type == .heartbeat)
                        watch.requests.finish()
                        while try await responses.next() != nil {}
                    },
                ]
            }
            #expect(await all(codes[0], as: nil) == [nil, nil, nil])
            #expect(await all(codes[0], as: "user_1") == [nil, nil, nil])
            let denied = [RPCError.Code?](repeating: .permissionDenied, count: 3)
            #expect(await all(codes[0], as: "user_2") == denied)
            let absent = [RPCError.Code?](repeating: .notFound, count: 3)
            #expect(await all(codes[1], as: "user_1") == absent)
            #expect(await all("no-such-tenant", as: "user_1") == absent)
            #expect(await all("no-such-tenant", as: nil) == absent)
        }
    }

    private static func code(of call: () async throws -> Void) async -> RPCError.Code? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? RPCError)?.code ?? .unknown
        }
    }

    @Test("A chain is proven, and an edit past the service is found")
    func verified() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("audited")
            try await Self.append(8, to: code, in: deployment)
            let good = try await services.activity.verifyAudit(.init(tenantCode: code))
            #expect(good.success && good.valid && good.fault == .unspecified)
            #expect(good.rowsChecked == 10 && good.lastSequence == 10)
            #expect(good.firstKeptSequence == 1 && good.firstBadSequence == 0)
            let newest = try await services.activity.listActivity(
                .init(tenantCode: code, pageSize: 1)
            ).activities.first
            #expect(newest?.rowHash == good.lastHash)
            _ = try await deployment.query(
                """
                UPDATE tenant_activity_logs SET details = '{}' WHERE sequence = 6 AND tenant_id =
                    (SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)')
                """)
            let bad = try await services.activity.verifyAudit(
                .init(
                    tenantCode: code, knownSequence: good.lastSequence, knownHash: good.lastHash))
            #expect(bad.success && !bad.valid && bad.fault == .edited)
            #expect(bad.firstBadSequence == 6)
        }
    }
}
