internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

/// Every method that names a tenant, by each of the two fields that can name it, as every kind of
/// caller, on a tenant that is foreign, absent, suspended or inactive.
@Suite("Every method on a tenant that is not the caller's to use", .timeLimit(.minutes(10)))
struct MatrixTests {
    enum Field: CaseIterable {
        case code, id
    }

    @Test("has its request in the matrix")
    func complete() {
        for call in SchemaCall.all where !MatrixRequests.notOfATenant.contains(call.name) {
            #expect(MatrixRequests.beside[call.name] != nil, "\(call.name) is missing")
        }
    }

    @Test("has what it names in the matrix")
    func completeThings() throws {
        let named = Set((ForeignThings.requests + ForeignThings.questions).map(\.method))
        for call in SchemaCall.all where !MatrixRequests.notOfATenant.contains(call.name) {
            let fields = try ForeignThings.fields.filter { try call.takes($0) }
            #expect(
                fields.isEmpty || named.contains(call.name)
                    || ForeignThings.makers.contains(call.name),
                "\(call.name) is missing: \(fields)")
        }
    }

    @Test("tells a foreign tenant from an absent one by nothing", arguments: Field.allCases)
    func foreignLikeAbsent(by field: Field) async throws {
        let world = try await World()
        try await world.callers { caller in
            // Who is of no tenant knows no foreign one.
            guard caller.isOfATenant else { return }
            for call in SchemaCall.all {
                guard let beside = MatrixRequests.beside[call.name] else { continue }
                let foreign = try await call.outcome(
                    world.request(world.foreign, by: field, beside), through: caller.client,
                    options: caller.options)
                let absent = try await call.outcome(
                    world.request(world.absent, by: field, beside), through: caller.client,
                    options: caller.options)
                #expect(foreign == absent, "\(call.name) by \(caller.name)")
                let code = foreign?.code
                #expect(
                    code == .notFound || code == .permissionDenied,
                    "\(call.name) by \(caller.name): \(String(describing: foreign))")
            }
        }
        #expect(try await world.rowsOfForeign() == world.rowsBefore, "something was changed")
    }

    @Test(
        "tells a foreign tenant from an absent one by nothing, whatever has become of it",
        arguments: [TenantStatus.suspended, .inactive], Field.allCases)
    func stoppedForeignLikeAbsent(_ status: TenantStatus, by field: Field) async throws {
        let world = try await World()
        try await world.setStatus(status, of: world.foreign)
        try await world.callers { caller in
            guard caller.isOfATenant else { return }
            for call in SchemaCall.all {
                guard let beside = MatrixRequests.beside[call.name] else { continue }
                var outcomes: [SchemaCall.Outcome?] = []
                for name in [world.foreign, world.absent] {
                    outcomes.append(
                        try await call.outcome(
                            world.request(name, by: field, beside), through: caller.client,
                            options: caller.options))
                }
                #expect(outcomes[0] == outcomes[1], "\(call.name) by \(caller.name)")
            }
        }
    }

    @Test("does not find what is another tenant's, as if it were nowhere")
    func foreignThings() async throws {
        let world = try await World()
        let things = try await ForeignThings(of: world)
        try await world.callers { caller in
            for (method, beside) in ForeignThings.requests {
                let call = try Stage.call(method)
                let foreign = try await call.outcome(
                    world.request(world.own, by: .code, things.filled(beside)),
                    through: caller.client, options: caller.options)
                let absent = try await call.outcome(
                    world.request(world.own, by: .code, ForeignThings.nowhere(beside)),
                    through: caller.client, options: caller.options)
                #expect(foreign == absent, "\(call.name) by \(caller.name)")
                #expect(
                    foreign?.code == .notFound
                        || (caller.name != "administrator" && foreign?.code == .permissionDenied),
                    "\(call.name) by \(caller.name): \(String(describing: foreign))")
            }
        }
        #expect(try await world.rowsOfForeign() == things.rowsBefore, "something was changed")
        try await world.withClient(tls: world.deployment.administratorTLS) { client in
            for (method, beside) in ForeignThings.questions {
                let call = try Stage.call(method)
                let foreign = try await call.answer(
                    world.request(world.own, by: .code, things.filled(beside)), through: client)
                let absent = try await call.answer(
                    world.request(world.own, by: .code, ForeignThings.nowhere(beside)),
                    through: client)
                #expect(
                    things.withoutNames(foreign) == things.withoutNames(absent), "\(method)")
            }
        }
    }

    @Test("is refused for an absent tenant, whoever asks", arguments: Field.allCases)
    func absent(by field: Field) async throws {
        let world = try await World()
        try await world.callers { caller in
            for call in SchemaCall.all {
                guard let beside = MatrixRequests.beside[call.name] else { continue }
                let outcome = try await call.outcome(
                    world.request(world.absent, by: field, beside), through: caller.client,
                    options: caller.options)
                let code = outcome?.code
                let isAdministrator = caller.name == "administrator"
                #expect(
                    code == .notFound || (!isAdministrator && code == .permissionDenied),
                    "\(call.name) by \(caller.name): \(String(describing: outcome))")
            }
        }
    }

    @Test(
        "is refused on a tenant that is not active, but for reads by administrators",
        arguments: [TenantStatus.suspended, .inactive], Field.allCases)
    func notActive(_ status: TenantStatus, by field: Field) async throws {
        let world = try await World()
        try await world.setStatus(status, of: world.own)
        try await world.callers { caller in
            for call in SchemaCall.all {
                guard let beside = MatrixRequests.beside[call.name],
                    !MatrixRequests.lifecycle.contains(call.name)
                else { continue }
                let outcome = try await call.outcome(
                    world.request(world.own, by: field, beside), through: caller.client,
                    options: caller.options)
                if caller.reads.contains(call.name) {
                    #expect(outcome == nil, "\(call.name) by \(caller.name)")
                } else if caller.isKnownWhileNotActive {
                    let isRefused =
                        outcome?.code == .permissionDenied
                        || outcome?.reason == "TENANT_NOT_ACTIVE"
                    #expect(
                        isRefused,
                        "\(call.name) by \(caller.name): \(String(describing: outcome))")
                } else {
                    // A key of a tenant that may not work is worth nothing.
                    #expect(
                        outcome?.code == .unauthenticated || outcome?.code == .permissionDenied
                            || outcome?.reason == "TENANT_NOT_ACTIVE",
                        "\(call.name) by \(caller.name): \(String(describing: outcome))")
                }
            }
        }
    }

    @Test("is refused to who is not known", arguments: Field.allCases)
    func nobody(by field: Field) async throws {
        let world = try await World()
        try await world.withClient(tls: world.deployment.anonymousTLS) { client in
            for call in SchemaCall.all {
                guard let beside = MatrixRequests.beside[call.name] else { continue }
                for name in [world.own, world.absent] {
                    let outcome = try await call.outcome(
                        world.request(name, by: field, beside), through: client,
                        options: .defaults)
                    #expect(outcome?.code == .unauthenticated, "\(call.name)")
                }
            }
        }
    }
}
