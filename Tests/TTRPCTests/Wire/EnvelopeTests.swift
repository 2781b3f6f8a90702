internal import Testing

@testable internal import TTRPC

@Suite("Envelopes")
struct EnvelopeTests {
    private func request(
        _ bytes: [UInt8], _ check: (borrowing RequestEnvelope) -> Void
    ) throws(RPCError) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        check(
            try RequestEnvelope(
                reading: UnsafeRawBufferPointer(copy),
                limits: .init(metadataPairsMax: 2, metadataBytesMax: 100)))
    }

    private func response<Value>(
        _ bytes: [UInt8], _ read: (ResponseEnvelope) -> Value
    ) throws(RPCError) -> Value {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        return read(try ResponseEnvelope(reading: UnsafeRawBufferPointer(copy)))
    }

    @Test("a request reads back as it was written")
    func requestRoundTrip() throws {
        var head = RequestEnvelope.head(
            service: "a.B", method: "C", timeout: .milliseconds(1500),
            metadata: Metadata([("key", "value"), ("key", "again")]))
        head += [0x1a, 2, 7, 8]
        try request(head) { envelope in
            #expect(Array(envelope.service) == Array("a.B".utf8))
            #expect(Array(envelope.method) == Array("C".utf8))
            #expect(envelope.timeoutNanoseconds == 1_500_000_000)
            #expect(envelope.metadata.values(for: "key") == ["value", "again"])
            #expect(Array(envelope.payload) == [7, 8])
        }
    }

    @Test("a timeout that has just passed is sent as one nanosecond, not as none")
    func passedTimeout() throws {
        let head = RequestEnvelope.head(
            service: "a", method: "b", timeout: .zero, metadata: Metadata())
        try request(head) { #expect($0.timeoutNanoseconds == 1) }
    }

    @Test("unknown fields are skipped and the last occurrence of a field wins")
    func unknownFields() throws {
        try request(
            [0x0a, 1, 0x61, 0x0a, 1, 0x62, 0x30, 5, 0x39] + [UInt8](repeating: 1, count: 8)
        ) {
            #expect(Array($0.service) == [0x62])
        }
    }

    @Test(
        "a broken envelope is INVALID_ARGUMENT",
        arguments: [
            ("cut-off length", [0x0a, 5, 1]), ("cut-off varint", [0x20, 0x80]),
            ("endless varint", [0x20] + [UInt8](repeating: 0x80, count: 11)),
            ("a group", [0x0b]), ("field number zero", [0x02, 0]),
            ("wrong wire type", [0x08, 1]), ("metadata that is not a message", [0x2a, 1, 0xff]),
            ("metadata that is not UTF-8", [0x2a, 3, 0x0a, 1, 0xff]),
            ("metadata with a NUL", [0x2a, 3, 0x0a, 1, 0]),
            ("a length of 2^64-1", [0x0a] + [UInt8](repeating: 0xff, count: 9) + [1]),
        ] as [(String, [UInt8])])
    func broken(name: String, bytes: [UInt8]) {
        let error = #expect(throws: RPCError.self) { try request(bytes) { _ in } }
        #expect(error?.code == .invalidArgument, "\(name)")
    }

    @Test("more metadata than the limit is RESOURCE_EXHAUSTED")
    func metadataLimits() {
        let pair: [UInt8] = [0x2a, 3, 0x0a, 1, 0x61]
        let many = #expect(throws: RPCError.self) { try request(pair + pair + pair) { _ in } }
        #expect(many?.code == .resourceExhausted)
        let long = [0x2a, 103, 0x0a, 101] + [UInt8](repeating: 0x61, count: 101)
        let large = #expect(throws: RPCError.self) { try request(long) { _ in } }
        #expect(large?.code == .resourceExhausted)
    }

    @Test("a failure keeps its code, message and details")
    func failureRoundTrip() throws {
        let error = RPCError(
            .resourceExhausted, "no units left",
            details: [AnyMessage(typeURL: "type.googleapis.com/x.Y", value: [1, 2, 3])])
        let bytes = ResponseEnvelope.failure(error)
        #expect(try response(bytes) { $0.error } == error)
    }

    @Test("a failure too large for a frame keeps its code")
    func largeFailure() throws {
        let error = RPCError(.internal, String(repeating: "x", count: 5000))
        let bytes = ResponseEnvelope.failure(error, dataBytesMax: 2000)
        #expect(bytes.count <= 2000)
        #expect(try response(bytes) { $0.error?.code } == .internal)
    }

    @Test("a status with code 0 is a success")
    func okStatus() throws {
        let bytes: [UInt8] = [0x0a, 2, 0x08, 0, 0x12, 1, 9]
        #expect(try response(bytes) { $0.error } == nil)
        #expect(try response(bytes) { Array($0.payload) } == [9])
    }
}
