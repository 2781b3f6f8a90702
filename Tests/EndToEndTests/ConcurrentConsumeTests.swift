internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Consume from many callers at once", .timeLimit(.minutes(5)))
struct ConcurrentConsumeTests {
    private static let callers = 64
    private static let connections = 4

    @Test(
        "admits exactly the 1,000 units that are left", arguments: [false, true],
        [Durability.leased, .committed])
    func exactlyWhatIsLeft(withKeys: Bool, durability: Durability) async throws {
        let deployment = try await Deployment.shared()
        let code = try await deployment.withServices(over: .unix) { services in
            let code = try await services.createTenant("crowd")
            // The limit is 10,000: 1,000 stay.
            try await services.consume(9000, .apiCalls, of: code)
            return code
        }
        let admitted = try await withThrowingTaskGroup(of: Int.self) { group in
            for connection in 0..<Self.connections {
                group.addTask {
                    try await deployment.withServices(over: connection == 0 ? .tls : .unix) {
                        try await Self.consumeUntilRefused(
                            $0, code, key: withKeys ? "connection-\(connection)" : nil, durability)
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(admitted == 1000)
        try await deployment.withServices(over: .unix) { services in
            // Who asks for the standing sees everything that the server has acknowledged.
            let quotas = try await services.quotas.getQuotas(.init(tenantCode: code)).quotas
            #expect(quotas?.apiCalls?.current == 10_000)
        }
        try await expectAgreement(deployment, code, used: 10_000)
    }

    /// Takes single units in a share of the callers, each until it is refused; answers how many
    /// were admitted.
    private static func consumeUntilRefused(
        _ services: Services, _ code: String, key: String?, _ durability: Durability
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<(callers / connections) {
                group.addTask {
                    var admitted = 0
                    while true {
                        do throws(RPCError) {
                            let key = key.map { "\($0)-\(caller)-\(admitted)" } ?? ""
                            let answer = try await services.consume(
                                1, .apiCalls, of: code, key: key, durability: durability)
                            #expect(answer.current <= answer.max)
                            admitted += 1
                        } catch {
                            try expectRefusal(error)
                            return admitted
                        }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func expectRefusal(_ error: RPCError) throws {
        #expect(error.code == .resourceExhausted, "\(error)")
        #expect(try error.quotaFailure?.violations.count == 1)
        let info = try #require(try error.errorInfo)
        #expect(info.reason == "QUOTA_EXCEEDED")
        #expect(info.domain == "tenancy.bfc")
        #expect(info.metadata["max"] == "10000")
        #expect(info.metadata["current"] == "10000")
        #expect(info.metadata["remaining"] == "0")
    }

    /// The counter, the days and the activity tell the same.
    private func expectAgreement(
        _ deployment: Deployment, _ code: String, used: Int64
    ) async throws {
        let usage = try await Usage(of: .apiCalls, code: code, in: deployment)
        #expect(usage == Usage(counter: used, days: used, activity: used))
    }
}
