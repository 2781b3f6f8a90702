internal import Testing

@Suite("The comparison of ten tenants with a hundred", .timeLimit(.minutes(5)))
struct ScaleTests {
    private static func compare(_ deployment: Deployment) async throws -> Command.Outcome {
        let owner = deployment.databaseURL.replacing("tenancy_app@", with: "tenancy_owner@")
        return try await Command(
            path: BuildProducts.path("tenancy-bench"),
            arguments: [
                "scale", "--socket", deployment.socket, "--database-url", owner,
                "--tenants", "100", "--rows", "40", "--calls", "40", "--counters-delay", "2.5",
                "--only", "ListActivity, logins",
            ]
        ).run()
    }

    /// One connection to the database: the server's own work on it has it tell every second what it
    /// has counted.
    private static func deployment() async throws -> Deployment {
        try await Deployment(settings: [
            "TENANCY_LOOPS": "1", "TENANCY_DATABASE_CONNECTIONS_MAX": "1",
        ])
    }

    private static func comparedAnew() async throws -> Command.Outcome {
        let deployment = try await deployment()
        let outcome = try await compare(deployment)
        try await deployment.shutdown()
        return outcome
    }

    @Test("finds that a call reads the same, by the index that is meant for it")
    func same() async throws {
        // A server that hears of no changes for a second believes its memory no more and reads
        // again what it knew, as on a machine that is busy; not every time.
        var outcome = try await Self.comparedAnew()
        for _ in 0..<2 where outcome.status != 0 { outcome = try await Self.comparedAnew() }
        #expect(outcome.status == 0, "\(outcome.errors)")
        // That something was looked at.
        #expect(outcome.output.contains("tenant_activity_logs_action"), "\(outcome.output)")
    }

    @Test("finds that a call reads otherwise where its index is missing")
    func missingIndex() async throws {
        let deployment = try await Self.deployment()
        _ = try await deployment.query("DROP INDEX tenant_activity_logs_action")
        let outcome = try await Self.compare(deployment)
        #expect(outcome.status == 1, "\(outcome.output)")
        #expect(
            outcome.errors.contains("ListActivity, logins reads otherwise"), "\(outcome.errors)")
        try await deployment.shutdown()
    }
}
