internal import Testing
@testable internal import tenancy_bench

@Suite struct ScaleReportTests {
    @Test("What every second call reads is the call's, what fewer read is somebody else's")
    func access() {
        var before = AccessCounters()
        before.add(.init(scans: 5, rows: 50), of: "tenants_pkey")
        var after = before
        after.add(.init(scans: 100, rows: 1_000), of: "tenants_pkey")
        after.add(.init(scans: 49, rows: 49_000), of: "tenants from end to end")
        after.add(.init(scans: 50, rows: 100), of: "tenant_activity_logs_pkey")
        after.add(.init(scans: 50, rows: 100), of: "tenant_activity_logs_pkey")
        #expect(
            after.access(since: before, calls: 100)
                == Access(
                    paths: ["tenant_activity_logs_pkey", "tenants_pkey"], rowsPerCall: 12))
    }

    private static let access = Access(paths: ["a"], rowsPerCall: 1)

    private static func objections(_ small: Access, _ large: Access) -> [String] {
        ScaleReport.objections(to: .getTenant, small: small, large: large)
    }

    @Test("A call that reads much more is objected to, and one that reads a little more is not")
    func grows() {
        for (few, many, isGrowth) in [
            (5.0, 6.0, false), (1, 199, false), (1, 201, true), (100, 399, false),
            (100, 401, true), (401, 100, false),
        ] {
            let objections = Self.objections(
                Access(paths: ["a"], rowsPerCall: few), Access(paths: ["a"], rowsPerCall: many))
            #expect(
                objections == (isGrowth ? ["GetTenant reads more for there being more"] : []),
                "\(few) \(many)")
        }
    }

    @Test(
        "A call that reads from another index is objected to, or from a table as a whole",
        arguments: [
            (["a"], ["b"], "b, no a"), (["a"], ["a", "b"], "b"), (["a"], [], "no a"),
            (["a"], ["a", "t from end to end"], "t from end to end"),
            (["a", "t from end to end"], ["a"], nil), (["a"], ["a"], nil),
            // Not of the table that was read as a whole, and not an index that is expected.
            (["t from end to end"], ["tenants_pkey"], "tenants_pkey"),
            (["tenants from end to end"], ["tenants_name"], "tenants_name"),
            // Read as a whole for being small.
            (["tenants from end to end"], ["tenants_pkey"], nil),
            // Any index of a table that small is as good; the one that is meant is there.
            (["tenants_name", "tenants from end to end"], ["tenants_pkey"], nil),
            (["tenants_name", "tenants from end to end"], [], "no tenants_name"),
        ] as [([String], [String], String?)])
    func otherPaths(_ small: [String], _ large: [String], _ change: String?) {
        let objections = Self.objections(
            Access(paths: small, rowsPerCall: 1), Access(paths: large, rowsPerCall: 1))
        #expect(objections == (change.map { ["GetTenant reads otherwise: \($0)"] } ?? []))
    }

    @Test("A call that was not served at either size is objected to")
    func missing() {
        var report = ScaleReport(machine: .current(), small: "few", large: "many")
        let measured = ScaleReport.Measurement(p50: 1, p99: 1, access: Self.access)
        report.add(.getTenant, small: measured, large: measured)
        #expect(report.objections == [])
        report.add(.quotas, small: nil, large: measured)
        report.add(.audit, small: measured, large: nil)
        report.add(.analytics, small: nil, large: nil)
        #expect(
            report.objections == [
                "GetQuotas was not measured", "VerifyAudit was not measured",
                "GetTenantAnalytics was not measured",
            ])
    }
}
