internal import TTRPC
internal import Tenancy
internal import TenancyClient
internal import Testing

/// Every method as every kind of caller, on the caller's own tenant, which is active: what the rule
/// of the method's operation allows is done, and the rest is refused. A handler that asks for the
/// authority of another operation does not get through.
@Suite("Every method on the caller's own tenant", .timeLimit(.minutes(10)))
struct AuthorityMatrixTests {
    @Test("has the authority of its own operation, and a sound request in the matrix")
    func complete() {
        for call in SchemaCall.all {
            #expect(Self.operation(of: call) != nil, "\(call.name)")
            let request =
                MatrixRequests.beside[call.name] ?? MatrixRequests.ofNoTenant[call.name]
            #expect(request != nil, "\(call.name) is missing")
        }
    }

    @Test("is for those alone whom its rule names")
    func callers() async throws {
        let world = try await World()
        let own = try #require(TenantID(world.own.id))
        try await world.callers { caller in
            for call in SchemaCall.all {
                let outcome = try await Self.outcome(of: call, caller, world)
                let denial = try Self.denial(call, Self.principal(caller.name, own), own)
                #expect(
                    Self.denial(outcome) == denial,
                    "\(call.name) by \(caller.name): \(String(describing: outcome))")
            }
        }
        try await world.withClient(tls: world.deployment.anonymousTLS) { client in
            let nobody = World.Caller(
                name: "nobody", client: client, options: .defaults, isOfATenant: false,
                reads: [], isKnownWhileNotActive: false)
            for call in SchemaCall.all {
                let outcome = try await Self.outcome(of: call, nobody, world)
                let denial = try Self.denial(call, .anonymous, own)
                #expect(Self.denial(outcome) == denial, "\(call.name)")
            }
        }
    }

    @Test("takes its permission and no other", arguments: World.everyPermission)
    func permissions(_ name: String) async throws {
        let world = try await World()
        let own = try #require(TenantID(world.own.id))
        let permission = try #require(Permission(rawValue: name))
        let principal = Principal.apiKey(
            own, keyID: 1, permissions: [permission], terms: Self.terms)
        try await world.program(name, try await world.key(for: name)) { caller in
            for call in SchemaCall.all {
                var outcome = try await Self.outcome(of: call, caller, world)
                // Nobody gives what they do not hold: that is not the authority to ask.
                if outcome?.message != Authority.Denial.permissionDenied.error.message,
                    outcome?.code == .permissionDenied
                {
                    outcome = nil
                }
                #expect(
                    try Self.denial(outcome) == Self.denial(call, principal, own),
                    "\(call.name): \(String(describing: outcome))")
            }
        }
    }

    /// The operation that is named as the method.
    private static func operation(of call: SchemaCall) -> Tenancy.Operation? {
        Operation.allCases.first { call.name.hasSuffix("/\($0.methodName)") }
    }

    private static func principal(_ caller: String, _ own: TenantID) -> Principal {
        switch caller {
        case "administrator": return .platformAdministrator(name: caller)
        case "service": return .service(name: caller, operations: Operation.ofServices)
        case "key", "token":
            return .apiKey(
                own, keyID: 1,
                permissions: Set(World.everyPermission.compactMap { Permission(rawValue: $0) }),
                terms: terms)
        default: return .user(id: caller, service: "matrix", operations: Operation.ofServices)
        }
    }

    /// Of no weight for whether a call is allowed at all.
    private static let terms = KeyTerms(expiresAt: nil, addresses: [], rateLimit: 1)

    /// How the rule denies the call; nil when it does not.
    private static func denial(
        _ call: SchemaCall, _ principal: Principal, _ own: TenantID
    ) throws -> RPCError.Code? {
        let operation = try #require(Self.operation(of: call))
        var membership: Membership?
        if case .user(let name, _, _) = principal {
            // Named after the rank: "the-admin".
            membership = Membership(role: try #require(Role(rawValue: String(name.dropFirst(4)))))
        }
        let target =
            switch operation.rule.subject {
            case .platform: Authority.Target.platform
            case .tenant: Authority.Target.tenant(own, .active, membership: membership)
            }
        switch Authority.decide(principal, operation, target, at: Timestamp(microseconds: 0)) {
        case .allow: return nil
        case .deny(.unauthenticated): return .unauthenticated
        case .deny(.permissionDenied): return .permissionDenied
        case .deny(.notFound), .deny(.tenantNotActive):
            Issue.record("\(call.name): the tenant is the caller's own, and active")
            return nil
        }
    }

    private static func denial(_ outcome: SchemaCall.Outcome?) -> RPCError.Code? {
        guard let code = outcome?.code, code == .permissionDenied || code == .unauthenticated
        else { return nil }
        return code
    }

    /// How the call ends; it is only tried where it can be.
    private static func outcome(
        of call: SchemaCall, _ caller: World.Caller, _ world: World
    ) async throws -> SchemaCall.Outcome? {
        var fields = ""
        if let beside = MatrixRequests.ofNoTenant[call.name] {
            fields = beside
        } else {
            fields = #""tenantCode":"${code}""#
            let beside = try #require(MatrixRequests.beside[call.name])
            if !beside.isEmpty { fields += ",\(beside)" }
        }
        // What a user does for oneself is done for the one who calls.
        if operation(of: call)?.rule.audience == .oneself, caller.isOfATenant {
            fields.replace("the-admin", with: World.ownUser(caller.name))
        }
        for (name, value) in [
            ("code", world.own.code), ("key", world.key), ("token", world.token),
        ] {
            fields.replace("${\(name)}", with: value)
        }
        if try call.takes("validateOnly") {
            fields += fields.isEmpty ? #""validateOnly":true"# : #","validateOnly":true"#
        }
        return try await call.outcome(
            "{\(fields)}", through: caller.client, options: caller.options)
    }
}
