internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import TenancyCommandLine
internal import Testing

@testable internal import tenancyctl

@Suite("Failed calls as text")
struct FailureReportTests {
    private func report(
        _ code: RPCError.Code, _ message: String, _ details: [AnyMessage] = []
    ) throws -> FailureReport {
        FailureReport(
            error: RPCError(code, message, details: details),
            codec: MessageCodec(schema: try ServiceSchema.load()))
    }

    @Test("The status is on the first line")
    func status() throws {
        #expect(
            try report(.notFound, "no such tenant").lines == ["error: NOT_FOUND: no such tenant"])
    }

    @Test("Every wrong field has a line")
    func badRequest() throws {
        var detail = Google_Rpc_BadRequest()
        for (field, description) in [("tenantCode", "is too short"), ("adminEmail", "is missing")] {
            var violation = Google_Rpc_BadRequest.FieldViolation()
            violation.field = field
            violation.description = description
            detail.fieldViolations.append(violation)
        }
        let lines = try report(.invalidArgument, "m", [try AnyMessage(packing: detail)]).lines
        #expect(lines.dropFirst() == ["  tenantCode: is too short", "  adminEmail: is missing"])
    }

    @Test("A quota that refuses says which, why, and when to come back")
    func quota() throws {
        var violation = Google_Rpc_QuotaFailure.Violation()
        violation.subject = "tenant:a/apiCalls"
        violation.description = "10 of 10 used"
        var failure = Google_Rpc_QuotaFailure()
        failure.violations = [violation]
        var info = Google_Rpc_ErrorInfo()
        info.reason = "QUOTA_EXCEEDED"
        info.domain = "tenancy"
        info.metadata = ["max": "10", "current": "10"]
        var delay = Google_Protobuf_Duration()
        (delay.seconds, delay.nanos) = (1, 500_000_000)
        var retry = Google_Rpc_RetryInfo()
        retry.retryDelay = delay
        let details = [
            try AnyMessage(packing: failure), try AnyMessage(packing: info),
            try AnyMessage(packing: retry),
        ]
        #expect(
            try report(.resourceExhausted, "m", details).lines.dropFirst() == [
                "  quota of tenant:a/apiCalls: 10 of 10 used",
                "  reason: QUOTA_EXCEEDED (tenancy)", "    current: 10", "    max: 10",
                "  retry after 1.50 s",
            ])
    }

    @Test("A detail of an unknown type or with damaged bytes does not hide the error")
    func strangeDetails() throws {
        let details = [
            AnyMessage(typeURL: "type.googleapis.com/x.Y", value: [1, 2, 3]),
            AnyMessage(typeURL: "type.googleapis.com/google.rpc.RetryInfo", value: [0x0a]),
        ]
        let report = try report(.internal, "m", details)
        #expect(report.lines.count == 3)
        #expect(report.lines[0] == "error: INTERNAL: m")
        #expect(report.json["error"]?["code"] == .string("INTERNAL"))
    }

    @Test("What a server says cannot control the terminal")
    func controlCharacters() throws {
        let lines = try report(.internal, "a\u{1b}[2J\nerror: OK\u{202e}").lines
        #expect(lines == [#"error: INTERNAL: a\u{1B}[2J\nerror: OK\u{202E}"#])
    }

    @Test("For scripts it is JSON with the details decoded")
    func json() throws {
        var resource = Google_Rpc_ResourceInfo()
        (resource.resourceType, resource.resourceName) = ("tenant", "axis")
        let report = try report(.alreadyExists, "taken", [try AnyMessage(packing: resource)])
        let error = try JSONParser.parse(report.text(.json))["error"]
        #expect(error?["code"] == .string("ALREADY_EXISTS"))
        #expect(error?["message"] == .string("taken"))
        #expect(error?["details"]?.elements?.first?["resourceName"] == .string("axis"))
    }
}
