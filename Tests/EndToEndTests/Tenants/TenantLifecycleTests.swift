internal import TTRPC
internal import TenancyAPI
internal import Testing

/// One of the three calls that move a tenant to another status.
enum TenantMove: String, CaseIterable, Sendable {
    case suspend, reactivate, deactivate

    var target: TenantStatus {
        switch self {
        case .suspend: .suspended
        case .reactivate: .active
        case .deactivate: .inactive
        }
    }

    var action: String {
        switch self {
        case .suspend: "tenant_suspended"
        case .reactivate: "tenant_reactivated"
        case .deactivate: "tenant_deactivated"
        }
    }

    /// What leads a new tenant to where this move is possible.
    var before: [TenantMove] { self == .reactivate ? [.suspend] : [] }

    /// Makes the call; the three requests have the same fields.
    @discardableResult
    func callAsFunction(
        _ services: Services, _ code: String, reason: String = "", version: Int64 = 0,
        key: String = "", validateOnly: Bool = false, options: CallOptions = .defaults
    ) async throws(RPCError) -> Tenant? {
        switch self {
        case .suspend:
            return try await services.tenants.suspendTenant(
                .init(
                    tenantCode: code, reason: reason, expectedVersion: version,
                    idempotencyKey: key, validateOnly: validateOnly), options: options
            ).tenant
        case .reactivate:
            return try await services.tenants.reactivateTenant(
                .init(
                    tenantCode: code, reason: reason, expectedVersion: version,
                    idempotencyKey: key, validateOnly: validateOnly), options: options
            ).tenant
        case .deactivate:
            return try await services.tenants.deactivateTenant(
                .init(
                    tenantCode: code, reason: reason, expectedVersion: version,
                    idempotencyKey: key, validateOnly: validateOnly), options: options
            ).tenant
        }
    }
}

@Suite("SuspendTenant, ReactivateTenant and DeactivateTenant", .timeLimit(.minutes(5)))
struct TenantLifecycleTests {
    /// From a status that these moves lead to: which moves are possible there.
    static let drawing: [([TenantMove], possible: Set<TenantMove>)] = [
        ([], [.suspend, .deactivate]),
        ([.suspend], [.reactivate, .deactivate]),
        ([.deactivate], [.reactivate]),
        ([.suspend, .deactivate], [.reactivate]),
        ([.suspend, .reactivate], [.suspend, .deactivate]),
        ([.deactivate, .reactivate], [.suspend, .deactivate]),
    ]

    @Test("follow the drawing, and name both statuses where it has no arrow", arguments: drawing)
    func drawn(_ path: [TenantMove], _ possible: Set<TenantMove>) async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            for move in TenantMove.allCases {
                let code = try await services.createTenant("drawn")
                for step in path { try await step(services, code) }
                guard !possible.contains(move) else {
                    #expect(try await move(services, code)?.status == move.target)
                    continue
                }
                let error = try await expectFailure(.failedPrecondition) {
                    try await move(services, code)
                }
                let info = try #require(try error.errorInfo)
                #expect(info.reason == "INVALID_STATUS_TRANSITION")
                let present = path.last?.target ?? .active
                #expect(info.metadata["from"] == Self.name(present))
                #expect(info.metadata["to"] == Self.name(move.target))
            }
        }
    }

    private static func name(_ status: TenantStatus) -> String {
        switch status {
        case .suspended: "suspended"
        case .inactive: "inactive"
        default: "active"
        }
    }

    @Test("are in the log with their reason", arguments: TenantMove.allCases)
    func logged(_ move: TenantMove) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .tls) { services in
            let code = try await services.createTenant("logged")
            for step in move.before { try await step(services, code) }
            let tenant = try #require(try await move(services, code, reason: "it's so"))
            let rows = try await deployment.query(
                """
                SELECT l.action, l.details ->> 'to', l.details ->> 'reason',
                    l.details ->> 'version', l.actor
                FROM tenant_activity_logs l WHERE l.tenant_id = \(tenant.id)
                ORDER BY l.sequence DESC LIMIT 1
                """)
            #expect(
                rows == [
                    "\(move.action)|\(Self.name(move.target))|it's so|\(tenant.version)"
                        + "|platform:dev"
                ])
        }
    }

    @Test("are done once under a key, and checked alone on demand", arguments: TenantMove.allCases)
    func retry(_ move: TenantMove) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("retry")
            for step in move.before { try await step(services, code) }
            let before = try await services.tenants.getTenant(.init(tenantCode: code)).tenant
            let shown = try await move(services, code, key: "k", validateOnly: true)
            #expect(shown?.status == move.target)
            #expect(
                try await services.tenants.getTenant(.init(tenantCode: code)).tenant == before)
            let first = try await move(services, code, key: "k")
            #expect(try await move(services, code, key: "k") == first)
            let error = try await expectFailure(.failedPrecondition) {
                try await move(services, code, reason: "another", key: "k")
            }
            #expect(try error.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
            #expect(try await deployment.actions(of: code).count { $0 == move.action } == 1)
        }
    }

    @Test("refuse what is wrong", arguments: TenantMove.allCases)
    func refused(_ move: TenantMove) async throws {
        try await Deployment.shared().withServices(over: .unix) { services in
            let code = try await services.createTenant("refused")
            for step in move.before { try await step(services, code) }
            let stale = try await expectFailure(.aborted) {
                try await move(services, code, version: 99)
            }
            #expect(try stale.errorInfo?.reason == "VERSION_MISMATCH")
            let wrong = try await expectFailure(.invalidArgument) {
                try await move(services, "", reason: "a\u{7}b", version: -1, key: "a b")
            }
            #expect(
                try wrong.violatedFields
                    == ["tenant_code", "reason", "expected_version", "idempotency_key"])
            try await expectFailure(.notFound) { try await move(services, "no-such-tenant") }
        }
    }

    @Test("are for platform administrators alone", arguments: TenantMove.allCases)
    func callers(_ move: TenantMove) async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("lifecycle") { callers in
            let code = try await callers.administrator.createTenant("callers")
            try await deployment.insertUsers([("boss", "admin")], in: code)
            for name in [code, "no-such-tenant"] {
                try await expectFailure(.permissionDenied) {
                    try await move(callers.service, name)
                }
                try await expectFailure(.permissionDenied) {
                    try await move(callers.service, name, options: .acting(as: "boss"))
                }
                try await expectFailure(.unauthenticated) {
                    try await move(callers.anonymous, name)
                }
            }
        }
    }

    @Test("leave a tenant that refuses everything but reads by administrators")
    func suspended() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withCallers("suspended") { callers in
            let code = try await callers.administrator.createTenant("suspended")
            try await deployment.insertUsers([("boss", "admin"), ("lead", "manager")], in: code)
            try await TenantMove.suspend(callers.administrator, code)
            let request = GetTenantRequest(tenantCode: code)
            let readers: [(Services, CallOptions, Bool)] = [
                (callers.administrator, .defaults, true),
                (callers.service, .acting(as: "boss"), true),
                (callers.service, .acting(as: "lead"), false),
                (callers.service, .defaults, false),
            ]
            for (services, options, isAdministrator) in readers {
                if isAdministrator {
                    #expect(
                        try await services.tenants.getTenant(request, options: options).tenant?
                            .status == .suspended)
                } else {
                    let error = try await expectFailure(.failedPrecondition) {
                        try await services.tenants.getTenant(request, options: options)
                    }
                    #expect(try error.errorInfo?.reason == "TENANT_NOT_ACTIVE")
                }
                try await expectFailure(.failedPrecondition) {
                    try await services.quotas.consume(
                        .init(tenantCode: code, resource: .apiCalls, amount: 1), options: options)
                }
            }
            try await TenantMove.reactivate(callers.administrator, code)
            try await callers.service.consume(1, .apiCalls, of: code)
        }
    }
}
