internal import TTRPC
internal import TenancyAPI
internal import TestProtos
internal import Testing

@testable internal import ProtobufSchema

@Suite("JSON to messages and back")
struct MessageCodecTests {
    static let everything = "ttrpc.testing.v1.Everything"
    let testing: MessageCodec
    let tenancy: MessageCodec

    init() throws {
        testing = MessageCodec(schema: try Schema(fileDescriptorSet: TestSchema.fileDescriptorSet))
        tenancy = MessageCodec(
            schema: try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet))
    }

    private func json(_ bytes: [UInt8], _ type: String, defaults: Bool = false) throws -> String {
        let options = MessageCodec.Options(includeDefaults: defaults)
        let codec = MessageCodec(schema: tenancy.schema, options: options)
        return try codec.decode(bytes, as: "bfc.tenancy.v1.\(type)").text()
    }

    // MARK: Against another implementation

    @Test("the generated types read what Python wrote")
    func pythonWire() throws {
        let bytes = try #require(Base64.decode(ReferenceVector.wire))
        #expect(try Everything(wire: bytes) == Everything.sample)
    }

    @Test("Python's JSON is read into the same message")
    func pythonJSON() throws {
        let bytes = try testing.encode(json: ReferenceVector.json, as: Self.everything)
        #expect(try Everything(wire: bytes) == Everything.sample)
    }

    @Test("our JSON holds the same message")
    func ownJSON() throws {
        let text = try testing.decode(
            try Everything.sample.wireBytes(), as: Self.everything
        ).text(indented: true)
        let bytes = try testing.encode(json: text, as: Self.everything)
        #expect(try Everything(wire: bytes) == Everything.sample)
    }

    // MARK: The platform's own JSON

    @Test("the example tenant's JSON becomes its request")
    func exampleTenant() throws {
        let text = """
            {"tenantCode": "axis-securities", "tenantName": "Axis Securities Ltd",
             "tenantType": "broker", "status": "active", "primaryColor": "#800080",
             "regulatoryBody": "SEBI", "settings": {},
             "features": {"trading": true, "banking": false, "limit": 12345678901234567890.10}}
            """
        let bytes = try tenancy.encode(json: text, as: "bfc.tenancy.v1.CreateTenantRequest")
        let request = try CreateTenantRequest(wire: bytes)
        #expect(request.tenantCode == "axis-securities")
        #expect(request.tenantType == .broker)
        #expect(request.status == .active)
        #expect(request.settings == JsonObject())
        #expect(
            request.features?.json
                == #"{"trading":true,"banking":false,"limit":12345678901234567890.10}"#)
    }

    @Test("quotas read as the platform's documentation shows them")
    func quotas() throws {
        let response = GetQuotasResponse(
            success: true,
            quotas: Quotas(
                users: QuotaStatus(available: true, current: 3, max: 10, percentage: 30),
                apiCalls: QuotaStatus(
                    available: true, current: 2547, max: 10_000, percentage: 25.47),
                storage: StorageQuotaStatus(
                    available: true, current: 1.2, max: 5, percentage: 24),
                transactions: QuotaStatus(
                    available: false, current: 1000, max: 1000, percentage: 100)))
        #expect(
            try json(try response.wireBytes(), "GetQuotasResponse", defaults: false) == """
                {"success":true,"quotas":{\
                "users":{"available":true,"current":3,"max":10,"percentage":30},\
                "apiCalls":{"available":true,"current":2547,"max":10000,"percentage":25.47},\
                "storage":{"available":true,"current":1.2,"max":5,"percentage":24},\
                "transactions":{"current":1000,"max":1000,"percentage":100}}}
                """)
    }

    @Test("defaults are shown when asked for, but not messages that are not set")
    func defaults() throws {
        #expect(
            try json([], "OverageUsage", defaults: true)
                == #"{"resource":"RESOURCE_UNSPECIFIED","units":0,"pricePaise":0}"#)
        #expect(try json([], "OverageUsage") == "{}")
        #expect(
            try json([], "RefundResponse", defaults: true)
                == #"{"success":false,"current":0,"max":0,"remaining":0}"#)
        let decision = try json([], "CheckQuotaResponse", defaults: true)
        #expect(!decision.contains("decidedAt") && !decision.contains("retryAfter"))
    }

    @Test("a JSON object stands inline, and an empty one as {}")
    func jsonObject() throws {
        let tenant = Tenant(settings: JsonObject(), features: JsonObject(json: #"{"a":1e400}"#))
        #expect(
            try json(try tenant.wireBytes(), "Tenant")
                == #"{"settings":{},"features":{"a":1e400}}"#)
    }

    @Test(
        "64-bit integers print as numbers while every reader is exact",
        arguments: [
            (9_007_199_254_740_992, "9007199254740992"),
            (-9_007_199_254_740_992, "-9007199254740992"),
            (9_007_199_254_740_993, "\"9007199254740993\""),
            (.min, "\"-9223372036854775808\""),
        ] as [(Int64, String)])
    func wideIntegers(_ id: Int64, _ text: String) throws {
        #expect(try json(try Tenant(id: id).wireBytes(), "Tenant") == "{\"id\":\(text)}")
        for input in [text, "\"\(id)\"", String(id)] {
            let bytes = try tenancy.encode(
                json: "{\"id\": \(input)}", as: "bfc.tenancy.v1.Tenant")
            #expect(try Tenant(wire: bytes).id == id)
        }
    }

    @Test(
        "times go both ways",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
            ("2027-02-12T05:30:00+05:30", 1_802_390_400, 0, "2027-02-12T00:00:00Z"),
            (
                "2024-02-29T23:59:59.123456Z", 1_709_251_199, 123_456_000,
                "2024-02-29T23:59:59.123456Z"
            ),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (
                "9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999,
                "9999-12-31T23:59:59.999999999Z"
            ),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000, "1969-12-31T23:59:59.500Z"),
        ] as [(String, Int64, Int32, String)])
    func timestamps(_ text: String, _ seconds: Int64, _ nanos: Int32, _ canonical: String) throws {
        let bytes = try tenancy.encode(
            json: "{\"createdAt\": \"\(text)\"}", as: "bfc.tenancy.v1.Tenant")
        let time = try #require(try Tenant(wire: bytes).createdAt)
        #expect(time == Google_Protobuf_Timestamp(seconds: seconds, nanos: nanos))
        #expect(try json(bytes, "Tenant") == "{\"createdAt\":\"\(canonical)\"}")
    }

    @Test("details of an error show their content")
    func errorDetails() throws {
        let retry = Google_Rpc_RetryInfo(
            retryDelay: Google_Protobuf_Duration(seconds: 1, nanos: 500_000_000))
        let known = try AnyMessage(packing: retry)
        let status = Google_Rpc_Status(
            code: 8, message: "later",
            details: [
                Google_Protobuf_Any(typeUrl: known.typeURL, value: known.value),
                Google_Protobuf_Any(typeUrl: "type.googleapis.com/some.Other", value: [1, 2]),
            ])
        let text = try tenancy.decode(try status.wireBytes(), as: "google.rpc.Status").text()
        #expect(
            text == """
                {"code":8,"message":"later","details":[\
                {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"},\
                {"@type":"type.googleapis.com/some.Other","value":"AQI="}]}
                """)
        let bytes = try tenancy.encode(json: text, as: "google.rpc.Status")
        #expect(try Google_Rpc_Status(wire: bytes) == status)
    }

    @Test("a message that occurs twice is merged, the later fields winning")
    func mergedMessages() throws {
        let first = try GetTenantResponse(tenant: Tenant(id: 1, tenantCode: "a")).wireBytes()
        let second = try GetTenantResponse(tenant: Tenant(id: 2)).wireBytes()
        #expect(
            try json(first + second, "GetTenantResponse")
                == #"{"tenant":{"id":2,"tenantCode":"a"}}"#)
    }

    // MARK: Refusals

    @Test(
        "what does not fit is refused, and the field is named",
        arguments: [
            (#"{"tenantCod": "x"}"#, "tenantCod: "),
            (#"{"tenantCode": 1}"#, "tenantCode: must be a string"),
            (#"{"tenantCode": "a", "tenant_code": "b"}"#, "tenant_code: is given under both"),
            (#"{"tenantType": "pawnshop"}"#, "tenantType: \"pawnshop\" is none of"),
            (#"{"settings": "{}"}"#, "settings: must be an object"),
            (#"{"validateOnly": "true"}"#, "validateOnly: must be true or false"),
            ("[]", "must be an object"),
            ("{", "line 1, column 2: "),
        ])
    func refusals(_ text: String, _ start: String) {
        let error = #expect(throws: JSONError.self) {
            try tenancy.encode(json: text, as: "bfc.tenancy.v1.CreateTenantRequest")
        }
        #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
    }

    @Test(
        "integers out of range or with a fraction are refused",
        arguments: [
            #"{"fInt32": 2147483648}"#, #"{"fUint64": -1}"#, #"{"fUint32": 1.5}"#,
            #"{"fInt64": "9223372036854775808"}"#, #"{"fInt32": "0x10"}"#, #"{"fInt32": true}"#,
            #"{"fDouble": "nan"}"#, #"{"fDouble": "0x1p3"}"#, #"{"fBytes": "*"}"#,
            #"{"cText": "a", "cNumber": 1}"#, #"{"rInt32": [1, "x"]}"#,
        ])
    func badValues(_ text: String) {
        #expect(throws: JSONError.self) { try testing.encode(json: text, as: Self.everything) }
    }

    @Test("integers may be written with an exponent")
    func exponents() throws {
        let bytes = try testing.encode(json: #"{"fInt32": 1.5e3}"#, as: Self.everything)
        #expect(try Everything(wire: bytes).fInt32 == 1500)
    }

    @Test("bytes cut off anywhere are refused or read, and never crash")
    func truncated() throws {
        let bytes = try Everything.sample.wireBytes()
        for count in 0..<bytes.count {
            _ = try? testing.decode(Array(bytes[..<count]), as: Self.everything)
        }
    }
}
