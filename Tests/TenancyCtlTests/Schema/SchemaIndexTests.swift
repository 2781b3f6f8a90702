internal import ProtobufSchema
internal import TTRPC
internal import TenancyCommandLine
internal import Testing

@testable internal import tenancyctl

@Suite("Finding methods and types by name")
struct SchemaIndexTests {
    private let index: SchemaIndex

    init() throws {
        index = SchemaIndex(schema: try ServiceSchema.load())
    }

    @Test(
        "A method is found by its service's full name or by the last parts of it",
        arguments: [
            "bfc.tenancy.v1.QuotaService/GetQuotas", "QuotaService/GetQuotas",
            "v1.QuotaService/GetQuotas", "QuotaService.GetQuotas",
        ])
    func method(name: String) throws {
        let method = try index.method(name)
        #expect(method.path == "bfc.tenancy.v1.QuotaService/GetQuotas")
        #expect(method.kind == .unary)
        #expect(method.descriptor.isIdempotent)
    }

    @Test("A streaming method is known as one, and a changing one is not idempotent")
    func kinds() throws {
        #expect(try index.method("Health/Watch").kind == .serverStreaming)
        #expect(try index.method("QuotaService/Consume").descriptor.isIdempotent == false)
    }

    @Test(
        "What does not exist is refused with what does",
        arguments: [
            ("QuotaService", "is not SERVICE/METHOD"), ("QuotaService/Get", "GetQuotas"),
            ("Quota/GetQuotas", "bfc.tenancy.v1.QuotaService"), ("/GetQuotas", "there is no"),
            ("uotaService/GetQuotas", "there is no service"),
        ])
    func unknown(name: String, hint: String) {
        let failure = #expect(throws: CommandFailure.self) { try index.method(name) }
        #expect(failure?.status == .usage)
        #expect(failure?.description.contains(hint) == true)
    }

    @Test("Two services that end alike must be told apart")
    func ambiguous() throws {
        var set = WireWriter()
        for package in ["a", "b"] {
            var service = WireWriter()
            service.lengthDelimited(1, "Health".utf8)
            var file = WireWriter()
            file.lengthDelimited(1, "\(package).proto".utf8)
            file.lengthDelimited(2, package.utf8)
            file.lengthDelimited(6, service.bytes)
            set.lengthDelimited(1, file.bytes)
        }
        let index = SchemaIndex(schema: try Schema(fileDescriptorSet: set.bytes))
        let failure = #expect(throws: CommandFailure.self) { try index.service("Health") }
        #expect(failure?.description == "\"Health\" may be any of a.Health, b.Health")
        #expect(try index.service("b.Health").fullName == "b.Health")
    }

    @Test(
        "A description is in the language of .proto files, with comments and JSON names",
        arguments: [
            ("QuotaService", "service bfc.tenancy.v1.QuotaService {"),
            ("QuotaService", "// QuotaService answers whether units are left, and takes them."),
            ("QuotaService/CheckQuota", "message bfc.tenancy.v1.CheckQuotaResponse {"),
            ("CheckQuotaRequest", "  string tenant_code = 1;  // tenantCode\n"),
            ("Resource", "  RESOURCE_API_CALLS = 2;\n"),
            ("ListTenantsResponse", "  repeated bfc.tenancy.v1.Tenant tenants = 2;\n"),
            ("google.rpc.ErrorInfo", "  map<string, string> metadata = 3;\n"),
            ("HealthCheckResponse", "  enum ServingStatus {\n"),
            ("HealthCheckResponse.ServingStatus", "  SERVING = 1;\n"),
            ("Health/Watch", "returns (stream grpc.health.v1.HealthCheckResponse);"),
        ])
    func description(name: String, part: String) throws {
        let text = SchemaPrinter(schema: index.schema).text(try index.subject(name))
        #expect(text.contains(part))
        #expect(!text.contains("Entry"))
    }

    @Test("A list of one service has a line for each method")
    func listing() throws {
        let services = [try index.service("QuotaService")]
        let listing = Listing(services: services, showsMethods: true)
        #expect(listing.text.hasPrefix("bfc.tenancy.v1.QuotaService/GetQuotas\n"))
        let line = try JSONParser.parse(String(listing.json.prefix { $0 != "\n" }))
        #expect(line["method"] == .string("GetQuotas"))
        #expect(line["kind"] == .string("unary"))
    }
}
