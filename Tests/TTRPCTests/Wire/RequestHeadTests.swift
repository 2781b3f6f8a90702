internal import Testing

@testable internal import TTRPC

@Suite("Head of a request")
struct RequestHeadTests {
    @Test(
        "it takes exactly the bytes it says, and reads back",
        arguments: [
            (0, []), (1, []), (.max, []), (1_500_000_000, [("key", "value"), ("key", "")]),
            (127, [("", String(repeating: "x", count: 300))]),
        ] as [(UInt64, [(String, String)])])
    func roundTrip(timeout: UInt64, pairs: [(String, String)]) throws {
        let head = RequestHead(
            service: "a.Service", method: "Método", timeoutNanoseconds: timeout,
            metadata: Metadata(pairs))
        let payload: [UInt8] = [1, 2, 3]
        let prefix = RequestHead.payloadPrefixByteCount(payload.count)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: head.byteCount + prefix + payload.count, alignment: 1)
        defer { buffer.deallocate() }
        let base = try #require(buffer.baseAddress)
        let behind = head.write(at: base)
        #expect(behind == base + head.byteCount)
        let place = RequestHead.writePayloadPrefix(payload.count, at: behind)
        #expect(place == behind + prefix)
        place.copyMemory(from: payload, byteCount: payload.count)

        let envelope = try RequestEnvelope(
            reading: UnsafeRawBufferPointer(buffer), limits: .init())
        #expect(String(validating: envelope.service) == "a.Service")
        #expect(String(validating: envelope.method) == "Método")
        #expect(envelope.timeoutNanoseconds == Int64(min(timeout, UInt64(Int64.max))))
        #expect(envelope.metadata == Metadata(pairs))
        #expect(Array(envelope.payload) == payload)
    }
}
