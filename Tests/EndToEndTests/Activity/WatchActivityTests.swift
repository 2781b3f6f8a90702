internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import TestSupport
internal import Testing

@Suite("A watch of a tenant's activity", .timeLimit(.minutes(5)))
struct WatchActivityTests {
    @Test("begins now, sends at most 64 unacknowledged, and goes on from a token")
    func flow() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("watched")
            var watching = try await ActivityWatching(services, .init(tenantCode: code))
            let first = try #require(try await watching.next())
            #expect(first.type == .heartbeat && !first.resumeToken.isEmpty)
            try await ActivityTests.append(100, to: code, in: deployment)
            var tokens: [String] = []
            for place in 0..<64 {
                let event = try #require(try await watching.nextEvent())
                #expect(event.type == .changed)
                #expect(event.activity?.sequence == Int64(3 + place))
                tokens.append(event.resumeToken)
            }
            // With 64 on the way only a heartbeat comes, however much there is.
            let silence = try #require(try await watching.next())
            #expect(silence.type == .heartbeat && silence.resumeToken == tokens[63])
            try await watching.acknowledge(tokens[9])
            for place in 64..<74 {
                #expect(try await watching.nextEvent()?.activity?.sequence == Int64(3 + place))
            }
            watching.call.requests.finish()
            #expect(try await watching.nextEvent() == nil)

            var again = try await ActivityWatching(
                services, .init(tenantCode: code, resumeToken: tokens[20], actions: ["logout"]))
            #expect(try await again.nextEvent()?.activity?.sequence == 25)
            #expect(try await again.nextEvent()?.activity?.sequence == 27)
            again.call.requests.finish()
        }
    }

    @Test("refuses tokens that are not its own, and more watches than a tenant may have")
    func refused() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("refused")
            let other = try await services.createTenant("other")
            var foreign = try await ActivityWatching(services, .init(tenantCode: other))
            let token = try #require(try await foreign.next()?.resumeToken)
            for request in [
                WatchActivityRequest(), .init(tenantCode: code, resumeToken: "nonsense"),
                .init(tenantCode: code, resumeToken: token),
                .init(tenantCode: code, actions: ["NO NAME"]),
            ] {
                try await expectFailure(.invalidArgument) {
                    var watching = try await ActivityWatching(services, request)
                    return try await watching.next()
                }
            }
            try await expectFailure(.invalidArgument) {
                try await foreign.acknowledge("nonsense")
                return try await foreign.nextEvent()
            }
            var watches: [ActivityWatching] = []
            for _ in 0..<64 {
                var watching = try await ActivityWatching(services, .init(tenantCode: code))
                #expect(try await watching.next()?.type == .heartbeat)
                watches.append(watching)
            }
            let error = try await expectFailure(.resourceExhausted) {
                var watching = try await ActivityWatching(services, .init(tenantCode: code))
                return try await watching.next()
            }
            #expect(try error.errorInfo?.reason == "TOO_MANY_WATCHES")
            for watching in watches { watching.call.requests.finish() }
        }
    }

    @Test("ends when the tenant stops being active, and says so when rows have passed it by")
    func ends() async throws {
        let deployment = try await Deployment.shared()
        let service = try await deployment.clientTLS(
            name: "watcher", spiffeID: "spiffe://bfc-vyomo/service/watcher")
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("ending")
        }
        let tenant = "(SELECT tenant_id FROM tenant_codes WHERE tenant_code = '\(code)')"
        try await deployment.withServices(over: service) { services in
            var watching = try await ActivityWatching(services, .init(tenantCode: code))
            let token = try #require(try await watching.next()?.resumeToken)
            _ = try await deployment.query(
                "UPDATE tenants SET status = 'suspended' WHERE id = \(tenant)")
            // The row that says so may come before the server has seen it itself.
            let error = try await expectFailure(.failedPrecondition) {
                while try await watching.next() != nil {}
            }
            #expect(try error.errorInfo?.reason == "TENANT_NOT_ACTIVE")
            _ = try await deployment.query(
                "UPDATE tenants SET status = 'active' WHERE id = \(tenant)")
            try await ActivityTests.append(3, to: code, in: deployment)
            _ = try await deployment.query(
                """
                INSERT INTO tenant_activity_anchors (tenant_id, sequence, row_hash, created_at)
                SELECT tenant_id, sequence, row_hash, created_at FROM tenant_activity_heads
                WHERE tenant_id = \(tenant)
                """)
            while true {
                do {
                    var late = try await ActivityWatching(
                        services, .init(tenantCode: code, resumeToken: token))
                    #expect(try await late.next()?.type == .compacted)
                    #expect(try await late.next() == nil)
                    break
                } catch let error as RPCError where error.code == .failedPrecondition {
                    // This server has yet to see that the tenant is active again.
                    continue
                }
            }
        }
    }

    @Test("loses and repeats nothing across servers killed at any moment", arguments: [1, 2])
    func killed(seed: UInt64) async throws {
        let deployment = try await Deployment()
        let code = try await deployment.withServices(over: .unix) {
            try await $0.createTenant("killed")
        }
        let total = 400
        let writing = Task {
            for _ in 0..<(total / 10) {
                try await ActivityTests.append(10, to: code, in: deployment)
            }
        }
        var random = SplitMix(seed: seed)
        var token = ""
        var seen: [Int64] = []
        // The first token is had before the first row is written, or the rows before it are not
        // asked for: so the chain is taken from its beginning on.
        while seen.last ?? 2 < total + 2 {
            let kills = Int.random(in: 1...120, using: &random)
            do {
                try await deployment.withServices(over: .unix) { services in
                    try await Self.follow(
                        services, code, from: &token, into: &seen, atMost: kills, of: total + 2)
                }
                if seen.last ?? 0 >= total + 2 { break }
                deployment.signalServer(SIGKILL)
                #expect(try await deployment.serverExitStatus() == 128 + SIGKILL)
                try await deployment.startServer()
            } catch let error as RPCError where error.code == .unavailable {
                continue
            }
        }
        try await writing.value
        let first = try #require(seen.first)
        #expect(seen == Array(first...Int64(total + 2)))
        try await deployment.shutdown()
    }

    private static func follow(
        _ services: Services, _ code: String, from token: inout String, into seen: inout [Int64],
        atMost count: Int, of total: Int
    ) async throws {
        var watching = try await ActivityWatching(
            services, .init(tenantCode: code, resumeToken: token))
        var events = 0
        while events < count, let response = try await watching.next() {
            token = response.resumeToken
            guard let activity = response.activity else { continue }
            seen.append(activity.sequence)
            events += 1
            if activity.sequence >= total { return }
            try await watching.acknowledge(response.resumeToken)
        }
    }
}
