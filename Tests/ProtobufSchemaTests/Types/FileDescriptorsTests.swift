internal import ProtobufSchema
internal import TenancyAPI
internal import Testing

@Suite("Files of a descriptor set")
struct FileDescriptorsTests {
    private let files: FileDescriptors

    init() throws {
        files = try FileDescriptors(fileDescriptorSet: TenancySchema.fileDescriptorSet)
    }

    @Test("A file comes behind everything that it imports, each once")
    func closure() throws {
        let paths = try #require(files.file(at: "bfc/tenancy/v1/quota.proto")).map(\.path)
        #expect(paths.last == "bfc/tenancy/v1/quota.proto")
        #expect(Set(paths).count == paths.count)
        for (index, path) in paths.enumerated() {
            let file = try #require(files.file(at: path)?.last)
            for dependency in file.dependencies {
                #expect(paths[..<index].contains(dependency), "\(path) imports \(dependency)")
            }
        }
    }

    @Test(
        "Whatever a file declares leads to it",
        arguments: [
            "bfc.tenancy.v1.QuotaService", "bfc.tenancy.v1.QuotaService.CheckQuota",
            "bfc.tenancy.v1.CheckQuotaRequest", "bfc.tenancy.v1.CheckQuotaRequest.amount",
        ])
    func symbols(name: String) {
        #expect(files.file(declaring: name)?.last?.path == "bfc/tenancy/v1/quota.proto")
    }

    @Test("An enumeration's values stand in the scope that the enumeration stands in")
    func enumerationValues() {
        let health = "grpc/health/v1/health.proto"
        let response = "grpc.health.v1.HealthCheckResponse"
        #expect(files.file(declaring: "\(response).ServingStatus")?.last?.path == health)
        #expect(files.file(declaring: "\(response).SERVING")?.last?.path == health)
        #expect(
            files.file(declaring: "bfc.tenancy.v1.RESOURCE_USERS")?.last?.path
                == "bfc/tenancy/v1/resource.proto")
    }

    @Test("What nobody declares leads nowhere")
    func unknown() {
        #expect(files.file(declaring: "bfc.tenancy.v1.NoSuchThing") == nil)
        #expect(files.file(at: "no/such/file.proto") == nil)
    }

    @Test("Files become a schema in any order, and say what they still miss")
    func builder() throws {
        let all = try #require(files.file(at: "bfc/tenancy/v1/quota.proto"))
        var builder = SchemaBuilder()
        try builder.add(try #require(all.last?.bytes))
        #expect(!builder.missing.isEmpty)
        for file in all.reversed() { try builder.add(file.bytes) }
        #expect(builder.missing.isEmpty)
        let schema = try builder.schema()
        #expect(schema.files.map(\.path).sorted() == all.map(\.path).sorted())
        #expect(schema.service(named: "bfc.tenancy.v1.QuotaService") != nil)
    }

    @Test("Bytes that are no file are refused")
    func damaged() {
        var builder = SchemaBuilder()
        #expect(throws: SchemaError.self) { try builder.add([0xff, 0xff]) }
        #expect(throws: SchemaError.self) { try FileDescriptors(fileDescriptorSet: [0x0a, 0x05]) }
    }
}
