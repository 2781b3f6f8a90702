internal import CProtobufC
internal import TestProtos
internal import TestSupport
internal import Testing

@testable internal import TTRPC

@Suite("Hostile messages")
struct ProtobufPrescanTests {
    /// A tag by hand.
    private static func tag(_ number: Int, _ type: Int) -> [UInt8] {
        varint(UInt64(number << 3 | type))
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func delimited(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        tag(number, 2) + varint(UInt64(content.count)) + content
    }

    private func refusal(_ bytes: [UInt8]) -> RPCError? {
        do {
            _ = try Everything(wire: bytes)
            return nil
        } catch {
            return error
        }
    }

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let path: String
        let rule: ProtobufPrescan.Violation

        init(_ name: String, _ bytes: [UInt8], _ path: String, _ rule: ProtobufPrescan.Violation) {
            testDescription = name
            self.bytes = bytes
            self.path = path
            self.rule = rule
        }
    }

    static let cases: [Case] = [
        Case("tag cut off", [0x80], "", .truncatedTag),
        Case("field number 0", [0x00, 0x01], "", .fieldNumber),
        Case("field number too high", [0x80, 0x80, 0x80, 0x80, 0x10, 0], "", .fieldNumber),
        Case("varint cut off", tag(1, 0) + [0xff], "f_int32", .truncatedVarint),
        Case("varint missing", tag(1, 0), "f_int32", .truncatedVarint),
        Case(
            "varint of 11 bytes", tag(2, 0) + Array(repeating: 0xff, count: 10) + [1], "f_int64",
            .truncatedVarint),
        Case(
            "varint above 64 bits", tag(2, 0) + Array(repeating: 0xff, count: 9) + [2], "f_int64",
            .truncatedVarint),
        Case("8 bytes cut off", tag(8, 1) + [1, 2, 3], "f_fixed64", .truncatedValue),
        Case("4 bytes cut off", tag(7, 5) + [1], "f_fixed32", .truncatedValue),
        Case("length past the end", tag(14, 2) + [5, 0x61], "f_string", .lengthPastEnd),
        Case(
            "length of almost 64 bits",
            tag(14, 2) + [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "f_string",
            .lengthPastEnd),
        Case("group where a message belongs", tag(17, 3) + tag(17, 4), "f_inner", .group),
        Case("unknown group", tag(900, 3) + tag(900, 4), "", .group),
        Case("wire type 6", tag(900, 6), "", .wireType),
        Case("varint for a string", tag(14, 0) + [1], "f_string", .wireType),
        Case("bytes for a number", delimited(1, [1]), "f_int32", .wireType),
        Case("4 bytes for 8", tag(8, 5) + [1, 2, 3, 4], "f_fixed64", .wireType),
        Case("not UTF-8", delimited(14, [0xff, 0xfe]), "f_string", .notUTF8),
        Case("UTF-8 cut off", delimited(14, [0x61, 0xe0, 0xa4]), "f_string", .notUTF8),
        Case("overlong UTF-8", delimited(14, [0xc0, 0x80]), "f_string", .notUTF8),
        Case("surrogate in UTF-8", delimited(14, [0xed, 0xa0, 0x80]), "f_string", .notUTF8),
        Case("above U+10FFFF", delimited(14, [0xf4, 0x90, 0x80, 0x80]), "f_string", .notUTF8),
        Case("embedded NUL", delimited(14, [0x61, 0, 0x62]), "f_string", .embeddedNUL),
        Case(
            "embedded NUL in a long text",
            delimited(14, Array(repeating: 0x61, count: 100) + [0] + [0x61]), "f_string",
            .embeddedNUL),
        Case("nested text", delimited(17, delimited(1, [0x80])), "f_inner.name", .notUTF8),
        Case("repeated text", delimited(37, [0]), "r_string", .embeddedNUL),
        Case("text in a oneof", delimited(51, [0]), "choice text", .embeddedNUL),
        Case("a map's key", delimited(71, delimited(1, [0])), "m_counts.key", .embeddedNUL),
        Case("packed varint cut off", delimited(32, [1, 0x80]), "r_uint64", .truncatedVarint),
        Case("packed numbers cut off", delimited(34, [1, 2, 3]), "r_fixed32", .truncatedValue),
        Case(
            "a message twice", delimited(17, []) + delimited(17, []), "f_inner",
            .repeatedSingularMessage),
        Case(
            "a message in a oneof twice", delimited(53, []) + delimited(53, []), "c_inner",
            .repeatedSingularMessage),
        Case(
            "packed elements past the limit",
            delimited(36, [UInt8](repeating: 1, count: ProtobufPrescan.elementsMax)), "r_bool",
            .tooManyElements),
    ]

    @Test("each broken rule is refused, and the field is named", arguments: cases)
    func refused(_ item: Case) throws {
        let path = item.path == "choice text" ? "c_text" : item.path
        let error = try #require(refusal(item.bytes))
        #expect(error.code == .invalidArgument)
        let subject = path.isEmpty ? "" : "\(path) of "
        #expect(
            error.message == "\(subject)ttrpc.testing.v1.Everything: \(item.rule.rule)")
        let detail = try #require(error.details.first)
        #expect(detail == .badRequest(field: path, description: item.rule.rule))
    }

    @Test("valid text of every length of character passes")
    func validText() throws {
        for text in ["", "ascii", "é", "€", "🙏", "a€é🙏b", "\u{7ff}\u{800}\u{ffff}\u{10ffff}"] {
            #expect(try EchoRequest(wire: try EchoRequest(text: text).wireBytes()).text == text)
        }
    }

    @Test("a bomb of 4 MiB of empty sub-messages is refused before anything is allocated")
    func emptyMessages() throws {
        let pair = Self.delimited(40, [])
        let bytes = Array(repeatElement(pair, count: (4 << 20) / pair.count).joined())
        let error = try #require(refusal(bytes))
        #expect(error.message.contains(ProtobufPrescan.Violation.tooManyElements.rule))
    }

    @Test("a bomb of 2.9 KB that nests a thousand deep is refused")
    func deepNesting() throws {
        // A type that holds itself, as no schema of ours has one: built for this test.
        let recursive = RecursiveDescriptor()
        var bytes: [UInt8] = []
        for _ in 0..<1000 { bytes = Self.delimited(1, bytes) }
        #expect(bytes.count > 2_700)
        let deep = bytes
        #expect {
            try deep.withUnsafeBytes {
                try ProtobufPrescan.check($0, against: recursive.descriptor)
            }
        } throws: {
            guard let error = $0 as? RPCError else { return false }
            return error.message.contains(ProtobufPrescan.Violation.tooDeep.rule)
        }
    }

    @Test("a decoded size past the cap is refused, and the thread's arena recovers")
    func decodedSize() throws {
        // Each inner message is 2 bytes here and about a hundred there.
        let arena = ProtobufArena(bytesMax: 256 << 10)
        let bytes = Array(repeatElement(Self.delimited(40, []), count: 10_000).joined())
        let error = #expect(throws: RPCError.self) {
            try bytes.withUnsafeBytes { _ = try arena.unpack($0, as: Everything.descriptor) }
        }
        #expect(error?.code == .resourceExhausted)
        arena.reset()
        let small = try Everything(fInt32: 1).wireBytes()
        #expect(throws: Never.self) {
            try small.withUnsafeBytes { _ = try arena.unpack($0, as: Everything.descriptor) }
        }
    }

    @Test("random mutations of a full message never crash, and what passes can be packed again")
    func mutations() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("mutations: seed \(seed)")
        var random = SplitMix(seed: seed)
        let original = try Everything.sample.wireBytes()
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                Self.mutate(&bytes, &random)
            }
            guard let message = try? Everything(wire: bytes) else { continue }
            let again = try message.wireBytes()
            #expect(throws: Never.self, "seed \(seed)") { try Everything(wire: again) }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.removeSubrange(place...)
        case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        default:
            let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
    }
}

/// A descriptor whose only field is the message itself.
private final class RecursiveDescriptor {
    let descriptor: UnsafeMutablePointer<ProtobufCMessageDescriptor>
    private let field: UnsafeMutablePointer<ProtobufCFieldDescriptor>
    private let ranges: UnsafeMutablePointer<ProtobufCIntRange>
    private static let name: StaticString = "again"

    init() {
        descriptor = .allocate(capacity: 1)
        field = .allocate(capacity: 1)
        ranges = .allocate(capacity: 2)
        let text = UnsafeRawPointer(Self.name.utf8Start).assumingMemoryBound(to: CChar.self)
        var only = ProtobufCFieldDescriptor()
        only.name = text
        only.id = 1
        only.label = PROTOBUF_C_LABEL_REPEATED
        only.type = PROTOBUF_C_TYPE_MESSAGE
        only.descriptor = UnsafeRawPointer(descriptor)
        field.initialize(to: only)
        ranges.initialize(to: ProtobufCIntRange(start_value: 1, orig_index: 0))
        (ranges + 1).initialize(to: ProtobufCIntRange(start_value: 0, orig_index: 1))
        var message = ProtobufCMessageDescriptor()
        message.name = text
        message.n_fields = 1
        message.fields = UnsafePointer(field)
        message.n_field_ranges = 1
        message.field_ranges = UnsafePointer(ranges)
        descriptor.initialize(to: message)
    }

    deinit {
        descriptor.deallocate()
        field.deallocate()
        ranges.deallocate()
    }
}
