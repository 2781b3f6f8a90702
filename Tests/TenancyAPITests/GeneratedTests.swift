internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("The generated interface")
struct GeneratedTests {
    @Test("the messages that others encode by hand keep their bytes")
    func fixedNumbers() throws {
        let request = CheckQuotaRequest(tenantCode: "ab", resource: .transactions, amount: 300)
        let head: [UInt8] = [0x0a, 2, 0x61, 0x62, 0x10, 4, 0x18, 0xac, 0x02]
        #expect(try request.wireBytes() == head)
        let consume = ConsumeRequest(tenantCode: "ab", resource: .transactions, amount: 300)
        #expect(try consume.wireBytes() == head)
        #expect(try CheckQuotaResponse(allowed: true).wireBytes() == [0x08, 1])
    }

    @Test("resources keep their numbers and names")
    func resources() {
        #expect(Resource.allKnown.map(\.rawValue) == [0, 1, 2, 3, 4])
        #expect(
            Resource.allKnown.map(\.description) == [
                "RESOURCE_UNSPECIFIED", "RESOURCE_USERS", "RESOURCE_API_CALLS", "RESOURCE_STORAGE",
                "RESOURCE_TRANSACTIONS",
            ])
        #expect(Resource(rawValue: 99).name == nil)
    }

    @Test("the list of services names every method with its kind")
    func services() throws {
        let names = TenancyServices.all.map(\.name)
        #expect(Set(names).count == names.count)
        for service in ["TenantService", "QuotaService"] {
            #expect(names.contains("bfc.tenancy.v1.\(service)"))
        }
        let health = try #require(TenancyServices.all.first { $0.name == "grpc.health.v1.Health" })
        #expect(health.methods.map(\.kind) == [.unary, .serverStreaming])
        let consume = TenancyServices.all.flatMap(\.methods).first { $0.name == "Consume" }
        #expect(consume?.isIdempotent == false)
        #expect(QuotaServiceMethods.checkQuota.isIdempotent)
        #expect(QuotaServiceMethods.serviceName == "bfc.tenancy.v1.QuotaService")
    }

    @Test("an error's field reads as google.rpc.BadRequest")
    func badRequest() throws {
        let error = #expect(throws: RPCError.self) {
            try CheckQuotaRequest(wire: [0x0a, 1, 0xff])
        }
        let detail = try error?.details.first?.unpacked(as: Google_Rpc_BadRequest.self)
        #expect(detail?.fieldViolations.map(\.field) == ["tenant_code"])
    }

    @Test(
        "moments of the database survive the way to a timestamp and back",
        arguments: [0, 1, -1, 1_802_390_400_123_456, -999_999, -1_000_000, .max, .min] as [Int64])
    func timestamps(_ microseconds: Int64) {
        let time = Google_Protobuf_Timestamp(microsecondsSince1970: microseconds)
        #expect((0..<1_000_000_000).contains(time.nanos))
        #expect(time.microsecondsSince1970 == microseconds)
    }
}
