internal import TTRPC
internal import TenancyAPI
internal import Testing

/// One method about a tenant, as tests of what all methods promise call it.
struct TenantCall: Sendable, CustomTestStringConvertible {
    let name: String
    let isChange: Bool
    /// Makes what the call needs in a tenant with users of every rank, and answers with the call.
    let prepare: @Sendable (Services, String) async throws -> Call

    /// Answers with what the method answered, as text.
    typealias Call = @Sendable (Terms) async throws -> String

    /// With what a call is made.
    struct Terms: Sendable {
        var services: Services
        var code: String
        var key = ""
        var validateOnly = false
        /// Another request than the one without it.
        var isOther = false
        var options = CallOptions.defaults
    }

    static func read(
        _ name: String,
        _ prepare: @Sendable @escaping (Services, String) async throws -> Call
    ) -> TenantCall {
        TenantCall(name: name, isChange: false, prepare: prepare)
    }

    static func change(
        _ name: String,
        _ prepare: @Sendable @escaping (Services, String) async throws -> Call
    ) -> TenantCall {
        TenantCall(name: name, isChange: true, prepare: prepare)
    }

    var testDescription: String { name }
}

extension TenantCall {
    /// A change made again under its key is made once and answered the same; under the same key
    /// another one is refused.
    func expectOneEffect(_ services: Services, in deployment: Deployment) async throws {
        let code = try await services.createTenantWithEveryRank("again")
        let call = try await prepare(services, code)
        var terms = Terms(services: services, code: code, key: "once")
        let first = try await call(terms)
        let before = try await deployment.fingerprint(of: code)
        #expect(try await call(terms) == first)
        terms.isOther = true
        let error = try await expectFailure(.failedPrecondition) { try await call(terms) }
        #expect(try error.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
        #expect(try await deployment.fingerprint(of: code) == before)
    }

    /// A change that is only validated is answered, and changes nothing.
    func expectNoEffectWhenValidated(
        _ services: Services, in deployment: Deployment
    ) async throws {
        let code = try await services.createTenantWithEveryRank("validated")
        let call = try await prepare(services, code)
        let before = try await deployment.fingerprint(of: code)
        let terms = Terms(services: services, code: code, key: "k", validateOnly: true)
        _ = try await call(terms)
        #expect(try await deployment.fingerprint(of: code) == before)
        // The key is not used up by it.
        _ = try await call(Terms(services: services, code: code, key: "k"))
        #expect(try await deployment.fingerprint(of: code) != before)
    }

    /// A foreign tenant is answered exactly as one that does not exist, whoever of a tenant asks.
    func expectForeignLikeAbsent(
        _ services: Services, service: Services, options: CallOptions, in deployment: Deployment
    ) async throws {
        let code = try await services.createTenantWithEveryRank("foreign")
        let call = try await prepare(services, code)
        let before = try await deployment.fingerprint(of: code)
        var terms = Terms(services: service, code: code, options: options)
        let foreign = try await expectFailure(.notFound) { try await call(terms) }
        terms.code = Examples.code("absent")
        let absent = try await expectFailure(.notFound) { try await call(terms) }
        #expect(foreign.message == absent.message && foreign.details == absent.details)
        #expect(try await deployment.fingerprint(of: code) == before)
    }

    /// A tenant that is suspended refuses, and says so: changes to everybody, reads to all but
    /// administrators.
    func expectRefusedWhileSuspended(
        _ services: Services, service: Services
    ) async throws {
        let code = try await services.createTenantWithEveryRank("paused")
        let call = try await prepare(services, code)
        _ = try await services.tenants.suspendTenant(.init(tenantCode: code))
        if isChange {
            try await expectNotActive { try await call(.init(services: services, code: code)) }
        } else {
            _ = try await call(.init(services: services, code: code))
        }
        try await expectNotActive { try await call(.init(services: service, code: code)) }
    }

    private func expectNotActive(_ call: () async throws -> String) async throws {
        let error = try await expectFailure(.failedPrecondition) { try await call() }
        #expect(try error.errorInfo?.reason == "TENANT_NOT_ACTIVE")
    }
}

extension Deployment {
    /// Text that differs when anything of a tenant differs.
    func fingerprint(of code: String) async throws -> String {
        let tables = try await query(
            """
            SELECT c.table_name FROM information_schema.columns c
            JOIN pg_class r ON r.oid = to_regclass('public.' || c.table_name)
            WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id'
                AND r.relkind IN ('r', 'p') AND NOT r.relispartition
            ORDER BY 1
            """)
        let parts = tables.map {
            """
            (SELECT string_agg(r::text, '' ORDER BY r::text) FROM \($0) r
                WHERE r.tenant_id = t.id)
            """
        }
        return try await query(
            """
            SELECT md5(concat_ws('|', \(parts.joined(separator: ", "))))
            FROM tenants t WHERE tenant_code = '\(code)'
            """
        ).joined()
    }
}
