internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Many calls on one connection", .timeLimit(.minutes(5)))
struct ConnectionFairnessTests {
    @Test("are refused over its limit, and another connection notices nothing")
    func atWork() async throws {
        let deployment = try await Deployment(settings: [
            "TENANCY_LIMITS_CALLS_AT_WORK_PER_CONNECTION_MAX": "2"
        ])
        try await deployment.withServices(over: .unix) { busy in
            let code = try await busy.createTenant("busy")
            func list(_ services: Services) async throws {
                _ = try await services.users.listUsers(.init(tenantCode: code))
            }
            var first = try await ActivityWatching(busy, .init(tenantCode: code))
            #expect(try await first.next() != nil)
            var second = try await ActivityWatching(busy, .init(tenantCode: code))
            #expect(try await second.next() != nil)
            let refusal = try await expectFailure(.resourceExhausted) { try await list(busy) }
            #expect(refusal.message.contains("at most 2 calls"), "\(refusal.message)")
            try await deployment.withServices(over: .unix) { try await list($0) }
            // The two that were there first go on, and who ends one has room for another.
            try await end(first)
            while true {
                do {
                    try await list(busy)
                    break
                } catch let error as RPCError {
                    #expect(error.code == .resourceExhausted)
                }
            }
            try await deployment.withServices(over: .unix) { other in
                try await other.addUser("somebody", .viewer, to: code)
            }
            #expect(try await second.nextEvent() != nil)
        }
    }

    /// Ends a watch from the caller's side, and waits until it has.
    private func end(_ watch: ActivityWatching) async throws {
        var watch = watch
        watch.call.requests.finish()
        while try await watch.next() != nil {}
    }
}
