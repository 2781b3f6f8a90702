internal import Testing
@testable internal import tenancy_bench

@Suite struct ScaleReportTests {
    @Test("Partitions of all months are one path")
    func partitions() {
        for (name, expected) in [
            ("tenant_activity_logs_202611_pkey", "tenant_activity_logs_pkey"),
            ("tenant_activity_logs_default_pkey", "tenant_activity_logs_pkey"),
            (
                "tenant_resource_usage_202611 from end to end",
                "tenant_resource_usage from end to end"
            ),
            ("tenants_pkey", "tenants_pkey"), ("tenants_status_type", "tenants_status_type"),
        ] {
            #expect(AccessCounters.withoutMonth(name) == expected)
        }
    }

    @Test("What every second call reads is the call's, what fewer read is somebody else's")
    func access() {
        var before = AccessCounters()
        before.add(.init(scans: 5, rows: 50), of: "tenants_pkey")
        var after = before
        after.add(.init(scans: 100, rows: 1_000), of: "tenants_pkey")
        after.add(.init(scans: 49, rows: 49_000), of: "tenants from end to end")
        after.add(.init(scans: 50, rows: 100), of: "tenant_activity_logs_202611_pkey")
        after.add(.init(scans: 50, rows: 100), of: "tenant_activity_logs_202612_pkey")
        #expect(
            after.access(since: before, calls: 100)
                == Access(
                    paths: ["tenant_activity_logs_pkey", "tenants_pkey"], rowsPerCall: 12))
    }

    static let growth: [(Access, Access, Bool)] = [
        (Access(paths: ["a"], rowsPerCall: 5), Access(paths: ["a"], rowsPerCall: 6), false),
        (Access(paths: ["a"], rowsPerCall: 1), Access(paths: ["a"], rowsPerCall: 199), false),
        (Access(paths: ["a"], rowsPerCall: 1), Access(paths: ["a"], rowsPerCall: 201), true),
        (Access(paths: ["a"], rowsPerCall: 100), Access(paths: ["a"], rowsPerCall: 399), false),
        (
            Access(paths: ["a"], rowsPerCall: 1),
            Access(paths: ["t from end to end"], rowsPerCall: 1), true
        ),
        (
            Access(paths: ["t from end to end"], rowsPerCall: 10),
            Access(paths: ["a"], rowsPerCall: 1), false
        ),
    ]

    @Test(
        "A call grows that reads a table from end to end, or many times as much", arguments: growth)
    func grows(_ small: Access, _ large: Access, _ expected: Bool) {
        #expect(ScaleReport.grows(small, large) == expected)
    }
}
