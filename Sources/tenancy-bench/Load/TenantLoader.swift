internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine

/// Creates the tenants that load is made on: `tenant-00000`, `tenant-00001` and so on.
struct TenantLoader: Sendable {
    /// The most tenants: what five digits count.
    static let tenantsMax = 100_000
    /// How many are created at the same time.
    static let inFlightDefault = 32

    let client: TenantServiceClient
    let options: CallOptions

    /// What came of it.
    struct Outcome: Sendable, Equatable {
        var created = 0
        /// Those that were there before.
        var present = 0
    }

    static func code(_ index: Int) -> String {
        let digits = String(index)
        return "tenant-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// The request is the same in every run, so the idempotency key makes a repeated one harmless.
    static func request(_ index: Int) -> CreateTenantRequest {
        let code = code(index)
        var request = CreateTenantRequest()
        request.tenantCode = code
        request.tenantName = "Tenant \(code.dropFirst(7))"
        request.tenantType = .broker
        request.adminEmail = "admin@\(code).example"
        request.idempotencyKey = "tenancy-bench/\(code)"
        return request
    }

    /// Whether the last of `count` tenants is there, and so all of them: it is made last.
    func isLoaded(count: Int) async throws(RPCError) -> Bool {
        var request = GetTenantRequest()
        request.tenantCode = Self.code(count - 1)
        do throws(RPCError) {
            _ = try await client.getTenant(request, options: options)
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Creates `count` tenants unless they are there. An idempotency key is one caller's: another
    /// one must not ask with it for what is there.
    func prepare(count: Int) async throws {
        guard try await !isLoaded(count: count) else { return }
        _ = try await load(count: count, inFlight: Self.inFlightDefault, progress: { _ in })
    }

    /// Creates what is missing of `count` tenants; the last one when all others are there.
    ///
    /// - Throws: `RPCError` for the first one that cannot be created.
    func load(
        count: Int, inFlight: Int, progress: (Int) -> Void
    ) async throws -> Outcome {
        guard count > 0 else { return Outcome() }
        var outcome = Outcome()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            func finish(_ isNew: Bool) {
                if isNew { outcome.created += 1 } else { outcome.present += 1 }
                progress(outcome.created + outcome.present)
            }
            for index in 0..<count - 1 {
                if index >= inFlight, let isNew = try await group.next() { finish(isNew) }
                group.addTask { try await create(index) }
            }
            for try await isNew in group { finish(isNew) }
            // The last one stands for all others, so nothing may be missing when it is made.
            finish(try await create(count - 1))
        }
        return outcome
    }

    /// Whether the tenant is new. An idempotent repetition is answered like the first call, so
    /// only a tenant made in another way, or long ago, counts as present.
    private func create(_ index: Int) async throws(RPCError) -> Bool {
        do throws(RPCError) {
            _ = try await client.createTenant(Self.request(index), options: options)
            return true
        } catch {
            guard error.code == .alreadyExists else { throw error }
            return false
        }
    }
}
