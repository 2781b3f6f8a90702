internal import Testing

@testable internal import TTRPC

@Suite("Memory that held what may be a secret")
struct ClearedMemoryTests {
    private static func fill(_ place: UnsafeMutableRawPointer, _ count: Int) {
        place.initializeMemory(as: UInt8.self, repeating: 7, count: count)
    }

    private static func isZero(_ place: UnsafeMutableRawPointer, _ range: Range<Int>) -> Bool {
        range.allSatisfy { place.load(fromByteOffset: $0, as: UInt8.self) == 0 }
    }

    @Test("is zero once an answer is sent or taken back")
    func outbound() {
        let buffer = OutboundBuffer(capacity: 64)
        let place = buffer.reserve(32)
        Self.fill(place, 32)
        buffer.truncate(to: 24)
        #expect(Self.isZero(place, 24..<32))
        buffer.consume(8)
        #expect(Self.isZero(place, 0..<8))
        #expect(!Self.isZero(place, 8..<24))
        buffer.consume(16)
        #expect(Self.isZero(place, 0..<32) && buffer.count == 0)
    }

    @Test("is zero behind bytes that were moved to the front", arguments: [40, 60])
    func moved(start: Int) {
        let buffer = OutboundBuffer(capacity: 64)
        let place = buffer.reserve(64)
        Self.fill(place, 64)
        buffer.consume(start)
        let added = buffer.reserve(8)
        #expect(added == place + (64 - start))
        #expect(!Self.isZero(place, 0..<64 - start))
        #expect(Self.isZero(place, 64 - start..<64))
    }

    @Test("is zero once a message is decoded or packed", arguments: [100, 1_000_000])
    func arena(size: Int) throws {
        let arena = ProtobufArena(bytesMax: ProtobufArena.decodedBytesMax)
        let first = try arena.allocateBytes(64)
        Self.fill(first, 64)
        _ = try arena.allocateBytes(size)
        arena.reset()
        #expect(Self.isZero(first, 0..<64))
        #expect(try arena.allocateBytes(16) == first)
    }
}
