internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

/// Errors that the calls' comments promise, and that no suite of one part of the domain is about.
@Suite("An error that a call documents", .timeLimit(.minutes(5)))
struct DocumentedErrorTests {
    @Test("is that the tenant is named by neither name or by both, and says so, for every method")
    func tenantName() async throws {
        let world = try await World()
        try await world.withClient(tls: world.deployment.administratorTLS) { client in
            for call in SchemaCall.all {
                guard let beside = MatrixRequests.beside[call.name] else { continue }
                let names = [
                    "", #""tenantCode":"\#(world.own.code)","tenantId":"\#(world.own.id)""#,
                ]
                for name in names {
                    let fields = [name, beside].filter { !$0.isEmpty }.joined(separator: ",")
                    let outcome = try await call.outcome(
                        "{\(fields)}", through: client, options: .defaults)
                    // A method that this version does not serve answers nothing else.
                    if outcome?.code == .unimplemented { continue }
                    #expect(
                        outcome?.code == .invalidArgument,
                        "\(call.name): \(String(describing: outcome))")
                    #expect(outcome?.details.first?.hasSuffix("google.rpc.BadRequest") == true)
                }
            }
        }
    }

    @Test("is that a subscription has ended, for whatever takes units")
    func subscriptionEnded() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("lapsed")
            _ = try await services.subscriptions.cancelSubscription(
                .init(tenantCode: code, immediately: true))
            let calls: [() async throws -> Void] = [
                { try await services.addUser("u", to: code) },
                { try await services.consume(1, .apiCalls, of: code) },
                { try await services.check(of: code) },
            ]
            for call in calls {
                let error = try await expectFailure(.failedPrecondition) { try await call() }
                #expect(try error.errorInfo?.reason == "SUBSCRIPTION_NOT_ACTIVE")
            }
        }
    }

    @Test("is that a secret cannot be shown without the master keys, and the rest still can")
    func revealWithoutKeys() async throws {
        let deployment = try await Deployment(settings: ["TENANCY_ENCRYPTION_KEY_FILE": ""])
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("keyless")
            try await services.set("flags", "true", .feature, of: code)
            let shown = try await services.settings(of: code, reveal: true)
            #expect(shown.configurations.count == 1)
            _ = try await deployment.query(
                """
                INSERT INTO tenant_configurations (
                    tenant_id, config_key, config_type, sealed_value, updated_by)
                SELECT tenant_id, 'smtp', 'security', sha256('x') || sha256('y'), ''
                FROM tenant_codes WHERE tenant_code = '\(code)'
                """)
            try await deployment.eventually {
                try await services.settings(of: code).configurations.count == 2
            }
            let error = try await expectFailure(.failedPrecondition) {
                try await services.settings(of: code, reveal: true)
            }
            #expect(try error.errorInfo?.reason == "ENCRYPTION_NOT_CONFIGURED")
        }
        try await deployment.shutdown()
    }

    @Test("is that a server works on as many exports as it may, of a tenant or of all")
    func exports() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let codes = [
                try await services.createTenant("exported"),
                try await services.createTenant("exported"),
            ]
            // Far more than sockets and buffers hold, so that a reader who does not read keeps its
            // export under way.
            _ = try await deployment.query(
                """
                INSERT INTO tenant_configurations (
                    tenant_id, config_key, config_type, config_value, updated_by)
                SELECT tenant_id, 'large-' || n, 'billing',
                    jsonb_build_object('text', repeat('x', 60000)), ''
                FROM tenant_codes, generate_series(1, 400) AS n
                WHERE tenant_code IN ('\(codes[0])', '\(codes[1])')
                """)
            func expectRefusal(of code: String) async throws {
                let error = try await expectFailure(.resourceExhausted) {
                    for try await _ in try await services.tenants.exportTenant(
                        .init(tenantCode: code))
                    {}
                }
                #expect(try error.errorInfo?.reason == "TOO_MANY_EXPORTS")
            }
            var readers: [RawConnection] = []
            for code in [codes[0], codes[0], codes[1], codes[1]] {
                let path = deployment.socket
                let reader = try await onOwnThread { try RawConnection.unix(path) }
                reader.send(
                    RawFrame(
                        stream: 1, type: RawFrame.request, flags: 1,
                        data: try Ttrpc_Request(
                            service: "bfc.tenancy.v1.TenantService", method: "ExportTenant",
                            payload: try ExportTenantRequest(tenantCode: code).wireBytes()
                        ).wireBytes()
                    ).bytes)
                let frame = try await onOwnThread { try reader.receive() }
                #expect(frame?.type == RawFrame.data)
                readers.append(reader)
                // Its own, with room for another tenant's.
                if readers.count == 2 { try await expectRefusal(of: code) }
            }
            try await expectRefusal(of: "default")
            readers.removeAll()
            // Who goes away leaves room for another.
            try await deployment.eventually {
                var kinds: Set<String> = []
                do {
                    for try await record in try await services.tenants.exportTenant(
                        .init(tenantCode: codes[0]))
                    {
                        kinds.insert(record.kind)
                    }
                } catch let error as RPCError where error.code == .resourceExhausted {
                    return false
                }
                return kinds.contains("end")
            }
        }
        try await deployment.shutdown()
    }

    @Test("is that a proof takes longer than its caller waits")
    func proofDeadline() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("long-chain")
            try await ActivityTests.append(2_000, to: code, in: deployment)
            var options = CallOptions.defaults
            options.timeout = .milliseconds(1)
            try await expectFailure(.deadlineExceeded) {
                try await services.activity.verifyAudit(.init(tenantCode: code), options: options)
            }
        }
    }
    @Test("is that rows pass their retention faster than a proof reads them")
    func proofOvertaken() async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("overtaken")
            // An anchor that no row of the chain confirms is a fault, and one that has moved since
            // is a reason to look again: here it has, each time it is looked at.
            _ = try await deployment.query(
                """
                ALTER TABLE tenant_activity_anchors RENAME TO still_anchors;
                CREATE VIEW tenant_activity_anchors AS
                SELECT tenant_id, (random() * 1e15)::bigint AS sequence, row_hash, created_at
                FROM tenant_activity_heads;
                GRANT SELECT ON tenant_activity_anchors TO PUBLIC
                """)
            let error = try await #require(throws: RPCError.self) {
                try await services.activity.verifyAudit(.init(tenantCode: code))
            }
            #expect(error.code == .aborted, "\(error)")
            #expect(try error.retryInfo != nil)
        }
    }

    @Test("is that an export or a proof takes longer than the server lets it, and holds nothing")
    func serverDeadline() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_LIMITS_EXPORT_TIME_MAX_MS": "1", "TENANCY_LIMITS_PROOF_TIME_MAX_MS": "1",
            "TENANCY_DATABASE_CONNECTIONS_MAX": "1", "TENANCY_LOOPS": "1",
        ])
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("too-long")
            try await deployment.insertUsers((0..<2_000).map { ("u\($0)", "user") }, in: code)
            let error = try await expectFailure(.deadlineExceeded) {
                for try await _ in try await services.tenants.exportTenant(.init(tenantCode: code))
                {}
            }
            #expect(error.message.contains("deadline"))
            // The only connection is free again, and so is its place among the exports.
            for _ in 0..<8 {
                try await services.consume(1, .apiCalls, of: code)
                try await expectFailure(.deadlineExceeded) {
                    for try await _ in try await services.tenants.exportTenant(
                        .init(tenantCode: code))
                    {}
                }
            }
            // The caller itself sets no deadline.
            try await expectFailure(.deadlineExceeded) {
                try await services.activity.verifyAudit(.init(tenantCode: code))
            }
        }
        try await deployment.shutdown()
    }
}
