internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A database that goes away and comes back", .timeLimit(.minutes(5)))
struct LostDatabaseTests {
    @Test("costs UNAVAILABLE meanwhile, and no restart", arguments: ["immediate", "fast"])
    func stopAndStart(mode: String) async throws {
        let deployment = try await Deployment()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("patient")
            try await services.consume(1, .users, of: code, key: "before")
            try await deployment.stopPostgres(mode: mode)
            try await expectUnavailable(services, code)
            try await expectDeadlineKept(services, code)
            try await deployment.startPostgres()
            try await untilAvailable {
                try await services.consume(2, .users, of: code, key: "after")
            }
            // What was acknowledged before the crash is there, and nothing that failed is.
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.users?.current == 3)
            #expect(
                try await Usage(of: .users, code: code, in: deployment)
                    == Usage(counter: 3, days: 3, activity: 3))
        }
        try await deployment.shutdown()
    }

    /// Every kind of call, none with a deadline: the server ends them itself, and tells when to try
    /// again.
    private func expectUnavailable(_ services: Services, _ code: String) async throws {
        try await withThrowingTaskGroup(of: RPCError.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await expectFailure(.unavailable) {
                        try await services.consume(1, .users, of: code)
                    }
                }
            }
            group.addTask {
                try await expectFailure(.unavailable) { try await services.check(of: code) }
            }
            group.addTask {
                try await expectFailure(.unavailable) {
                    try await services.quotas.getQuotas(.init(tenantCode: code))
                }
            }
            group.addTask {
                try await expectFailure(.unavailable) {
                    try await services.tenants.createTenant(
                        Examples.newTenant(code: Examples.code("lost")))
                }
            }
            for try await error in group {
                #expect(try error.retryInfo != nil)
            }
        }
        // The process itself is well.
        _ = try await services.health.check(.init())
    }

    /// A call with a deadline ends by then, whatever the server is waiting for.
    private func expectDeadlineKept(_ services: Services, _ code: String) async throws {
        do throws(RPCError) {
            _ = try await services.quotas.getQuotas(
                .init(tenantCode: code), options: .init(timeout: .milliseconds(100)))
            Issue.record("answered without a database")
        } catch {
            #expect(error.code == .unavailable || error.code == .deadlineExceeded, "\(error)")
        }
    }

    /// Until the server has found the database again; the suite's time limit ends it otherwise.
    private func untilAvailable(_ call: () async throws -> ConsumeResponse) async throws {
        while true {
            do {
                _ = try await call()
                return
            } catch let error as RPCError where error.code == .unavailable {
                continue
            }
        }
    }
}
