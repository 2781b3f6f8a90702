internal import GoldenVectors
internal import ProtobufSchema
internal import TTRPC
internal import TenancyAPI
internal import Testing

/// The messages of Interop/vectors, which Python wrote, as the generated types and as JSON.
@Suite("Golden messages")
struct MessageVectorTests {
    private let codec: MessageCodec

    init() throws {
        codec = MessageCodec(schema: try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet))
    }

    @Test("there is a vector for every method")
    func everyMethod() throws {
        let there = Set(try GoldenCall.methods().map { "\($0.service)/\($0.method)" })
        let wanted = Set(
            TenancyServices.all.flatMap { service in
                service.methods.map { "\(service.name)/\($0.name)" }
            })
        #expect(there == wanted)
    }

    @Test("the generated types read each message and write the same bytes")
    func types() throws {
        for call in try GoldenCall.methods() {
            for message in call.requests + call.responses {
                let type = try #require(messageTypes[message.type], "\(message.type)")
                let bytes = try reencoded(message.bytes, as: type)
                #expect(bytes == message.bytes, "\(call): \(message.type)")
            }
        }
    }

    private func reencoded<Message: ProtobufMessage>(
        _ bytes: [UInt8], as type: Message.Type
    ) throws -> [UInt8] {
        let message = try bytes.withUnsafeBytes { try Message(wire: $0) }
        #expect(bytes.isEmpty == (message == Message()), "\(type)")
        return try message.wireBytes()
    }

    @Test("the JSON of each message is its bytes")
    func json() throws {
        for call in try GoldenCall.methods() {
            for message in call.requests + call.responses {
                let written = try codec.encode(message.json.inlined, as: message.type)
                // The same message, though repeated numbers may stand one by one.
                let type = try #require(messageTypes[message.type], "\(message.type)")
                let bytes = try reencoded(written, as: type)
                #expect(bytes == message.bytes, "\(call): \(message.type)")
            }
        }
    }

    @Test("the bytes of each message are its JSON")
    func bytes() throws {
        for call in try GoldenCall.methods() {
            for message in call.requests + call.responses {
                let found = try codec.decode(message.bytes, as: message.type)
                #expect(
                    found.normalized == message.json.inlined.normalized,
                    "\(call): \(message.type)")
            }
        }
    }
}

extension JSONValue {
    /// Proto3's JSON of a `JsonObject` has its text in a field; ours has what the text says.
    fileprivate var inlined: JSONValue {
        switch self {
        case .object(let members):
            if members.count == 1, case .string(let text)? = self["json"],
                let value = try? JSONParser.parse(text)
            {
                return value
            }
            return .object(members.map { Member($0.key, $0.value.inlined) })
        case .array(let elements): return .array(elements.map(\.inlined))
        default: return self
        }
    }

    /// Every number as its text: proto3's JSON has a text for those of 64 bits.
    fileprivate var normalized: JSONValue {
        switch self {
        case .number(let text):
            return .string(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
        case .object(let members):
            return .object(members.map { Member($0.key, $0.value.normalized) })
        case .array(let elements): return .array(elements.map(\.normalized))
        default: return self
        }
    }
}
