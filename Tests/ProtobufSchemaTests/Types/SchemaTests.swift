internal import ProtobufSchema
internal import TenancyAPI
internal import TestProtos
internal import Testing

@Suite("Descriptors")
struct SchemaTests {
    @Test("services, methods and their comments are found by name")
    func services() throws {
        let schema = try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet)
        let quota = try #require(schema.service(named: "bfc.tenancy.v1.QuotaService"))
        let check = try #require(quota.method(named: "CheckQuota"))
        #expect(check.input == "bfc.tenancy.v1.CheckQuotaRequest")
        #expect(check.output == "bfc.tenancy.v1.CheckQuotaResponse")
        #expect(check.idempotency == .noSideEffects)
        #expect(check.comment.hasPrefix("CheckQuota answers whether an amount is left"))
        #expect(quota.method(named: "Consume")?.idempotency == .unknown)
    }

    @Test("every method says who may call it, its errors and its route")
    func methodComments() throws {
        let schema = try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet)
        #expect(!schema.services.isEmpty)
        for service in schema.services {
            for method in service.methods {
                for part in ["Who may call: ", "Errors: ", "HTTP route"] {
                    #expect(method.comment.contains(part), "\(service.fullName)/\(method.name)")
                }
            }
        }
    }

    @Test("no message type reaches itself, so no message nests without end")
    func noRecursion() throws {
        let schema = try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet)
        func visit(_ type: MessageType, _ above: [String]) {
            #expect(!above.contains(type.fullName), "\(above)")
            for field in type.fields where field.kind == .message {
                guard let inner = schema.message(named: field.typeName),
                    !above.contains(type.fullName)
                else { continue }
                visit(inner, above + [type.fullName])
            }
        }
        for file in schema.files { for message in file.messages { visit(message, []) } }
    }

    @Test("nested types, maps, oneofs and enumerations are read")
    func shapes() throws {
        let schema = try Schema(fileDescriptorSet: TestSchema.fileDescriptorSet)
        let all = try #require(schema.message(named: "ttrpc.testing.v1.Everything"))
        #expect(all.oneofs.map(\.name) == ["choice"])
        #expect(all.field(named: "c_text")?.oneofIndex == 0)
        #expect(all.field(named: "fInt32")?.oneofIndex == nil)
        let entry = try #require(all.field(named: "mCounts")?.typeName)
        #expect(schema.message(named: entry)?.isMapEntry == true)
        #expect(schema.message(named: "ttrpc.testing.v1.Everything.Inner") != nil)
        let mood = schema.enumeration(named: "ttrpc.testing.v1.Everything.Inner.Mood")
        #expect(mood?.value(named: "calm")?.number == 1)
        #expect(all.field(named: "f_shade")?.comment == "An enumeration.")
    }

    @Test("bytes that are no descriptors are refused")
    func garbage() {
        #expect(throws: SchemaError.self) { try Schema(fileDescriptorSet: [0x0a, 0xff]) }
        #expect(throws: SchemaError.self) {
            try Schema(
                fileDescriptorSet: [UInt8](repeating: 0, count: Schema.descriptorBytesMax + 1))
        }
    }
}
