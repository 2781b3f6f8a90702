internal import CProtobufC
internal import TTRPC
internal import TestProtos
internal import Testing

@Suite("Messages through libprotobuf-c")
struct ProtobufMessageTests {
    @Test("every kind of field survives the way out and back")
    func roundTrip() throws {
        let bytes = try Everything.sample.wireBytes()
        let copy = try Everything(wire: bytes)
        #expect(copy == Everything.sample)
        #expect(try copy.wireBytes() == bytes)
    }

    @Test("a message of defaults has no bytes, and no bytes are a message of defaults")
    func empty() throws {
        #expect(try Everything().wireBytes().isEmpty)
        #expect(try Everything(wire: []) == Everything())
    }

    @Test(
        "each member of a oneof survives, defaults included",
        arguments: [
            Everything.Choice.cText(""), .cText("text"), .cNumber(0), .cNumber(-3),
            .cInner(Everything.Inner()), .cBytes([]), .cBytes([1]), .cShade(.unspecified),
            .cShade(Shade(rawValue: -99)), .cFlag(false), .cFlag(true),
        ])
    func oneof(_ choice: Everything.Choice) throws {
        let message = Everything(choice: choice)
        #expect(try Everything(wire: try message.wireBytes()) == message)
    }

    @Test("the last member of a oneof on the wire wins")
    func lastOneofWins() throws {
        let first = try Everything(choice: .cText("first")).wireBytes()
        let second = try Everything(choice: .cNumber(2)).wireBytes()
        #expect(try Everything(wire: first + second).choice == .cNumber(2))
    }

    @Test("an unknown value of an enumeration is kept")
    func unknownEnum() throws {
        let message = Everything(fShade: Shade(rawValue: 77))
        let copy = try Everything(wire: try message.wireBytes())
        #expect(copy.fShade.rawValue == 77)
        #expect(copy.fShade.name == nil)
        #expect(copy.fShade.description == "77")
        #expect(Shade.allKnown == [.unspecified, .light, .dark, .negative])
    }

    @Test("unknown fields are skipped")
    func unknownFields() throws {
        // Field 2000 as varint, 64 bits, bytes, 32 bits, then the known field 1.
        let bytes: [UInt8] =
            [0x80, 0x7d, 5, 0x81, 0x7d, 1, 2, 3, 4, 5, 6, 7, 8, 0x82, 0x7d, 2, 9, 9]
            + [0x85, 0x7d, 1, 2, 3, 4, 0x0a, 1, 0x61]
        #expect(try EchoRequest(wire: bytes) == EchoRequest(text: "a"))
    }

    @Test("repeated numbers are read packed and unpacked, whatever the schema says")
    func packedEitherWay() throws {
        // r_int32 (31) is unpacked in the schema, r_uint64 (32) packed.
        let packed: [UInt8] = [0xfa, 0x01, 3, 1, 2, 3]
        let unpacked: [UInt8] = [0x80, 0x02, 4, 0x80, 0x02, 5]
        let message = try Everything(wire: packed + unpacked)
        #expect(message.rInt32 == [1, 2, 3])
        #expect(message.rUint64 == [4, 5])
    }

    @Test("equal messages have equal bytes, maps included")
    func deterministic() throws {
        var other = Everything()
        for key in ["q", "a", "z", "m"] { other.mCounts[key] = 1 }
        var another = Everything()
        for key in ["m", "z", "a", "q"] { another.mCounts[key] = 1 }
        #expect(try other.wireBytes() == another.wireBytes())
    }

    @Test("text with a NUL is refused on the way out")
    func embeddedNULOut() {
        #expect {
            try EchoRequest(text: "a\0b").wireBytes()
        } throws: {
            ($0 as? RPCError)?.code == .invalidArgument
        }
    }

    @Test("a message larger than the arena is refused on the way out")
    func arenaCap() {
        let megabyte = [UInt8](repeating: 1, count: 1 << 20)
        let message = Everything(rBytes: Array(repeating: megabyte, count: 40))
        #expect {
            try message.wireBytes()
        } throws: {
            ($0 as? RPCError)?.code == .resourceExhausted
        }
        // The arena of this thread is good for the next message.
        #expect(throws: Never.self) { try EchoRequest(text: "next").wireBytes() }
    }

    @Test("details pack and unpack by the name of their type")
    func anyMessage() throws {
        let detail = try AnyMessage(packing: EchoRequest(text: "detail"))
        #expect(detail.typeURL == "type.googleapis.com/ttrpc.testing.v1.EchoRequest")
        #expect(try detail.unpacked(as: EchoRequest.self)?.text == "detail")
        #expect(try detail.unpacked(as: EchoResponse.self) == nil)
    }
}
