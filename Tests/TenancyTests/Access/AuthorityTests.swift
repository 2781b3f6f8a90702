internal import Tenancy
internal import Testing

@Suite struct AuthorityTests {
    static let own = TenantID(2)
    static let foreign = TenantID(3)

    enum Caller: CaseIterable {
        case administrator, service, serviceWithoutRights, tenant, tenantWithoutRights, anonymous
    }

    enum Aim: CaseIterable {
        case platform, own, foreign, absent
    }

    @Test("Every caller, operation and target has the decision of the table")
    func table() throws {
        let own = try #require(Self.own)
        let foreign = try #require(Self.foreign)
        for caller in Caller.allCases {
            for operation in Operation.allCases {
                for aim in Aim.allCases {
                    let target: Authority.Target
                    switch aim {
                    case .platform: target = .platform
                    case .own: target = .tenant(own)
                    case .foreign: target = .tenant(foreign)
                    case .absent: target = .absentTenant
                    }
                    let decision = Authority.decide(
                        Self.principal(caller, own), operation, target)
                    #expect(
                        decision == Self.expected(caller, operation, aim, own, foreign),
                        "\(caller) \(operation) \(aim)")
                }
            }
        }
    }

    static func principal(_ caller: Caller, _ own: TenantID) -> Principal {
        let all = Set(Operation.allCases)
        switch caller {
        case .administrator: return .platformAdministrator(name: "root")
        case .service: return .service(name: "vyomo", operations: all)
        case .serviceWithoutRights: return .service(name: "vyomo", operations: [])
        case .tenant: return .tenant(own, name: "user_123", operations: all)
        case .tenantWithoutRights: return .tenant(own, name: "user_123", operations: [])
        case .anonymous: return .anonymous
        }
    }

    /// The table in words: health is for all; nobody unknown and nobody without the right does
    /// anything else; the register is for the platform; a tenant sees itself alone.
    static func expected(
        _ caller: Caller, _ operation: Operation, _ aim: Aim, _ own: TenantID, _ foreign: TenantID
    ) -> Authority.Decision {
        if operation == .health { return .allow(nil) }
        let ofRegister = operation == .createTenant || operation == .listTenants
        switch caller {
        case .anonymous: return .deny(.unauthenticated)
        case .serviceWithoutRights, .tenantWithoutRights: return .deny(.permissionDenied)
        case .tenant where ofRegister: return .deny(.permissionDenied)
        case .administrator, .service, .tenant: break
        }
        switch (ofRegister, aim) {
        case (true, .platform): return .allow(.platform)
        case (true, _), (false, .platform): return .deny(.permissionDenied)
        case (false, .absent): return .deny(.notFound)
        case (false, .own): return .allow(.tenant(own))
        case (false, .foreign):
            return caller == .tenant ? .deny(.notFound) : .allow(.tenant(foreign))
        }
    }

    @Test("An audit name tells kinds of callers apart")
    func auditNames() throws {
        let own = try #require(Self.own)
        #expect(Principal.platformAdministrator(name: "a").auditName == "platform:a")
        #expect(Principal.service(name: "a", operations: []).auditName == "service:a")
        #expect(Principal.tenant(own, name: "a", operations: []).auditName == "tenant:2:a")
        #expect(Principal.anonymous.auditName == "anonymous")
    }
}
