internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import TenancyClient
internal import Testing

@Suite("A lease that the client holds", .timeLimit(.minutes(5)))
struct HeldLeaseTests {
    @Test("gives out every unit of the tenant and not one more, whoever else takes some")
    func exact() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withClient(over: .unix) { client in
            let services = Services(client)
            let code = try await services.createTenant("held")
            // The limit is 10,000: 2,000 stay.
            try await services.consume(8000, .apiCalls, of: code)
            let leases = [
                try await client.quota.holdLease(tenantCode: code, resource: .apiCalls, units: 300),
                try await client.quota.holdLease(tenantCode: code, resource: .apiCalls, units: 40),
            ]
            let taken = await withTaskGroup(of: Int.self) { group in
                for lease in leases {
                    for _ in 0..<4 { group.addTask { await Self.takeAll(of: lease) } }
                }
                return await group.reduce(0, +)
            }
            for lease in leases { try await lease.close() }
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.apiCalls?.current == 8000 + UInt64(taken))
            // A lease may have got units again after nobody asked it any more.
            #expect(taken <= 2000)
            if taken < 2000 {
                try await services.consume(UInt64(2000 - taken), .apiCalls, of: code)
            }
            try await expectFailure(.resourceExhausted) {
                try await services.consume(1, .apiCalls, of: code)
            }
        }
    }

    /// Takes single units until the server says that there are none.
    private static func takeAll(of lease: HeldLease) async -> Int {
        var taken = 0
        while !Task.isCancelled {
            if lease.tryConsume() {
                taken += 1
            } else if case .refused(let error) = await lease.status, lease.unitsInHand == 0 {
                #expect(error.code == .resourceExhausted)
                return taken
            } else {
                await Task.yield()
            }
        }
        return taken
    }

    @Test("takes all of an amount or nothing, and never what is none")
    func amounts() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withClient(over: .tls) { client in
            let code = try await Services(client).createTenant("held")
            let lease = try await client.quota.holdLease(
                tenantCode: code, resource: .apiCalls, units: 10)
            #expect(lease.unitsInHand == 10)
            #expect(!lease.tryConsume(11))
            #expect(!lease.tryConsume(0))
            #expect(!lease.tryConsume(-1))
            #expect(lease.unitsInHand == 10)
            #expect(lease.tryConsume(10))
            try await lease.close()
        }
    }

    @Test("gives back what was not consumed when it is closed, and gives out nothing after")
    func close() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withClient(over: .unix) { client in
            let services = Services(client)
            let code = try await services.createTenant("held")
            let lease = try await client.quota.holdLease(
                tenantCode: code, resource: .apiCalls, units: 100)
            #expect(lease.tryConsume(7))
            try await lease.close()
            #expect(!lease.tryConsume())
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.apiCalls?.current == 7)
        }
    }

    @Test("runs out when the server is lost, and goes on when it is back")
    func lostServer() async throws {
        let deployment = try await Deployment()
        try await deployment.withClient(over: .unix) { client in
            let services = Services(client)
            let code = try await services.createTenant("held")
            let lease = try await client.quota.holdLease(
                tenantCode: code, resource: .apiCalls, units: 50, timeToLive: .seconds(1))
            deployment.signalServer(SIGKILL)
            #expect(try await deployment.serverExitStatus() == 128 + SIGKILL)
            var taken = 0
            // With the last unit or at its expiry, whichever comes first.
            while lease.tryConsume() { taken += 1 }
            #expect(taken <= 50)
            #expect(!lease.tryConsume())
            try await deployment.startServer()
            while !lease.tryConsume() { await Task.yield() }
            taken += 1
            try await lease.close()
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            // What the lost lease held and did not report may count as consumed, never less.
            #expect(try #require(quotas?.apiCalls?.current) >= UInt64(taken))
            #expect(try #require(quotas?.apiCalls?.current) <= 50 + 50)
        }
        try await deployment.shutdown()
    }

    @Test("is refused where no unit is left, and for amounts that are none")
    func refused() async throws {
        let deployment = try await Deployment.shared()
        try await deployment.withClient(over: .unix) { client in
            let services = Services(client)
            let code = try await services.createTenant("held")
            try await services.consume(10_000, .apiCalls, of: code)
            for (units, expected) in [
                (1, RPCError.Code.resourceExhausted), (0, .invalidArgument),
                (HeldLease.unitsMax + 1, .invalidArgument),
            ] {
                let error = try await expectFailure(expected) {
                    try await client.quota.holdLease(
                        tenantCode: code, resource: .apiCalls, units: units)
                }
                #expect(error.code == expected)
            }
        }
    }
}
