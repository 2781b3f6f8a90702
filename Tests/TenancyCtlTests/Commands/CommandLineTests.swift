internal import ArgumentParser
internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine
internal import Testing

@testable internal import tenancyctl

@Suite("Command lines")
struct CommandLineTests {
    @Test(
        "Options of the connection may stand before or behind the subcommand",
        arguments: [
            ["--socket", "/s", "--output", "json", "call", "A/B", "{}"],
            ["call", "A/B", "{}", "--socket", "/s", "--output", "json"],
            ["call", "--socket", "/s", "A/B", "--output=json", "{}"],
        ])
    func connectionOptions(arguments: [String]) throws {
        let command = try #require(try TenancyCtl.parseAsRoot(arguments) as? CallCommand)
        #expect(command.connection.socket == "/s")
        #expect(command.output.output == .json)
        #expect(command.method == "A/B")
        #expect(command.request == "{}")
    }

    @Test("Nested commands take the options of the connection too")
    func nested() throws {
        let arguments = [
            "--tls", "h:1", "quota", "consume", "axis", "api-calls", "3", "--timeout", "1s",
        ]
        let command = try #require(try TenancyCtl.parseAsRoot(arguments) as? QuotaConsumeCommand)
        #expect(command.connection.tls == "h:1")
        #expect(command.connection.timeout == "1s")
        #expect(
            command.request.text()
                == #"{"tenantCode":"axis","resource":"RESOURCE_API_CALLS","amount":3}"#)
    }

    @Test(
        "A tenant is a code, or id: and a number",
        arguments: [
            ("axis", #"{"tenantCode":"axis"}"#), ("12", #"{"tenantCode":"12"}"#),
            ("id:12", #"{"tenantId":12}"#), ("id:0", nil), ("id:x", nil), ("", nil),
        ] as [(String, String?)])
    func tenantName(text: String, json: String?) {
        #expect(TenantName(argument: text).map { JSONValue.object([$0.member]).text() } == json)
    }

    @Test(
        "A resource is read in every spelling",
        arguments: [
            ("apiCalls", .apiCalls), ("api-calls", .apiCalls), ("API_CALLS", .apiCalls),
            ("RESOURCE_API_CALLS", .apiCalls), ("storage", .storage), ("users", .users),
            ("transactions", .transactions), ("calls", nil), ("resource", nil),
        ] as [(String, ResourceName?)])
    func resourceName(text: String, resource: ResourceName?) {
        #expect(ResourceName(argument: text) == resource)
    }

    @Test("A new tenant's options become the fields of the request")
    func createTenant() throws {
        let command = try TenantCreateCommand.parse([
            "--code", "a-b", "--name", "A \"B\"", "--type", "broker", "--admin-email", "x@y.z",
            "--feature", "trading=true", "--feature", "banking=false", "--validate-only",
        ])
        let request = JSONValue.object(try command.optionMembers())
        #expect(
            request.text() == #"{"tenantCode":"a-b","tenantName":"A \"B\"","tenantType":"broker","#
                + #""adminEmail":"x@y.z","features":{"trading":true,"banking":false},"#
                + #""validateOnly":true}"#)
        let codec = MessageCodec(schema: try ServiceSchema.load())
        let name = "bfc.tenancy.v1.CreateTenantRequest"
        let decoded = try codec.decode(try codec.encode(request, as: name), as: name)
        #expect(decoded["tenantType"] == .string("TENANT_TYPE_BROKER"))
    }

    @Test(
        "A new tenant needs its fields or a file, not both",
        arguments: [
            [], ["--code", "a"], ["--json", "f", "--code", "a"],
            ["--code", "a", "--name", "n", "--type", "t", "--admin-email", "e", "--feature", "x"],
            [
                "--code", "a", "--name", "n", "--type", "t", "--admin-email", "e", "--feature",
                "x=1",
            ],
        ])
    func badCreateTenant(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            try TenantCreateCommand.parse(arguments)
        }
        #expect(error.map { TenancyCtl.exitCode(for: $0).rawValue } == CommandStatus.usage.rawValue)
    }

    @Test("A probe has exit statuses of its own")
    func probe() {
        let statuses: [(CommandStatus, Int32)] = [
            (CommandStatus(.notFound), 1), (CommandStatus(.unavailable), 2), (.unreachable, 2),
            (.usage, 64),
        ]
        for (status, expected) in statuses {
            #expect(ProbeCommand.exitStatus(of: CommandFailure(status)).rawValue == expected)
        }
    }

    @Test("Pages are asked for until the limit is reached")
    func pages() throws {
        let all = try TenantListCommand.parse(["--status", "active"])
        #expect(
            all.request(pageToken: "t", listed: 5).text()
                == #"{"pageSize":1000,"pageToken":"t","status":"active"}"#)
        let some = try TenantListCommand.parse(["--limit", "1500"])
        #expect(some.request(pageToken: "", listed: 0).text() == #"{"pageSize":1000}"#)
        #expect(some.request(pageToken: "", listed: 1000).text() == #"{"pageSize":500}"#)
    }

    @Test("Quotas show what is zero")
    func zeros() throws {
        let codec = MessageCodec(
            schema: try ServiceSchema.load(), options: .init(includeDefaults: true))
        let quotas = "bfc.tenancy.v1.GetQuotasResponse"
        let bytes = try codec.encode(
            json:
                #"{"quotas":{"users":{"max":10},"storage":{"max":5,"current":1.2}}}"#,
            as: quotas)
        #expect(
            QuotaShowCommand.table(try codec.decode(bytes, as: quotas)) == """
                RESOURCE  AVAILABLE  CURRENT   MAX  PERCENT
                users     no               0    10      0 %
                storage   no          1.2 GB  5 GB      0 %

                """)
        let check = "bfc.tenancy.v1.CheckQuotaResponse"
        let denied = try codec.decode(
            try codec.encode(json: #"{"max":"10"}"#, as: check), as: check)
        #expect(denied["allowed"] == .bool(false))
        #expect(QuotaDecision.text(denied) == "not allowed: 0 of 10 used (0 %), 0 left\n")
    }

    @Test("Lines of a stream are its requests, without the blank ones")
    func inputLines() async {
        var lines: [String] = []
        for await line in InputLines.of("{}\n\n  \n{\"a\":1}\r\n") { lines.append(line) }
        #expect(lines == ["{}", "{\"a\":1}"])
    }
}
