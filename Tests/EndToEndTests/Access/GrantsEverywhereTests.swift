internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("A grant that ends while three servers know of it", .timeLimit(.minutes(5)))
struct GrantsEverywhereTests {
    @Test("gives nothing on any of them once it was taken back, or its time is over")
    func ended() async throws {
        try await KeyFleet.run { fleet, members in
            let services = members[0].administrator
            let code = try await services.createTenantWithEveryRank("granted")
            try await services.createRole("desk", ["consume"], of: code)
            for ender in members {
                try await services.grant("the-viewer", role: "desk", of: code)
                try await Self.warm(members, code, in: fleet.deployment)
                _ = try await ender.administrator.access.revokeGrant(
                    .init(tenantCode: code, userId: "the-viewer", roleName: "desk"))
                for member in members {
                    #expect(
                        try await !member.administrator.mayDo("the-viewer", "consume", in: code),
                        "\(member.name)")
                }
            }
            let end = try await fleet.deployment.inSeconds(3)
            try await services.grant("the-viewer", role: "desk", until: end, of: code)
            try await Self.warm(members, code, in: fleet.deployment)
            try await fleet.deployment.waitUntil(
                "clock_timestamp() > to_timestamp(\(end.microsecondsSince1970) / 1000000.0)")
            for member in members {
                #expect(
                    try await !member.administrator.mayDo("the-viewer", "consume", in: code),
                    "\(member.name)")
            }
        }
    }

    /// Until every server admits by the grant, from what it remembers.
    private static func warm(
        _ members: [KeyFleet.Member], _ code: String, in deployment: Deployment
    ) async throws {
        for member in members {
            try await deployment.eventually {
                try await member.administrator.mayDo("the-viewer", "consume", in: code)
            }
        }
    }
}
