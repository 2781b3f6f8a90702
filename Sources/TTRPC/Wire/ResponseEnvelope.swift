/// The data of a response frame, `ttrpc.Response`:
/// `{ google.rpc.Status status = 1; bytes payload = 2 }`, with
/// `google.rpc.Status { int32 code = 1; string message = 2; repeated google.protobuf.Any
/// details = 3 }` and `Any { string type_url = 1; bytes value = 2 }`.
struct ResponseEnvelope {
    /// Why the call failed; nil when it did not.
    private(set) var error: RPCError?
    /// The answer, in bytes that live as long as the frame.
    private(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)

    /// How many details a status may bring; the rest is left out.
    static let detailsMax = 64

    /// - Throws: `RPCError` with `INTERNAL` for bytes that are not such a message.
    init(reading data: UnsafeRawBufferPointer) throws(RPCError) {
        var reader = ProtobufReader(data)
        while !reader.isAtEnd {
            guard let key = reader.key() else { throw Self.malformed }
            switch (key.field, key.type) {
            case (1, .lengthDelimited):
                guard let status = reader.lengthDelimited() else { throw Self.malformed }
                error = try Self.readStatus(status)
            case (2, .lengthDelimited):
                guard let bytes = reader.lengthDelimited() else { throw Self.malformed }
                payload = bytes
            default:
                guard reader.skip(key.type) else { throw Self.malformed }
            }
        }
    }

    private static let malformed = RPCError(.internal, "malformed response envelope")

    private static func readStatus(_ data: UnsafeRawBufferPointer) throws(RPCError) -> RPCError? {
        var reader = ProtobufReader(data)
        var status = RPCError(.ok, "")
        while !reader.isAtEnd {
            guard let key = reader.key() else { throw malformed }
            switch (key.field, key.type) {
            case (1, .varint):
                guard let value = reader.varint() else { throw malformed }
                status.code = RPCError.Code(rawValue: Int32(truncatingIfNeeded: value))
            case (2, .lengthDelimited):
                guard let bytes = reader.lengthDelimited() else { throw malformed }
                status.message = String(decoding: bytes, as: UTF8.self)
            case (3, .lengthDelimited):
                guard let bytes = reader.lengthDelimited() else { throw malformed }
                guard status.details.count < detailsMax else { continue }
                status.details.append(try readAny(bytes))
            default:
                guard reader.skip(key.type) else { throw malformed }
            }
        }
        return status.code == .ok ? nil : status
    }

    private static func readAny(_ data: UnsafeRawBufferPointer) throws(RPCError) -> AnyMessage {
        var reader = ProtobufReader(data)
        var any = AnyMessage(typeURL: "", value: [])
        while !reader.isAtEnd {
            guard let key = reader.key() else { throw malformed }
            guard key.field <= 2, key.type == .lengthDelimited else {
                guard reader.skip(key.type) else { throw malformed }
                continue
            }
            guard let bytes = reader.lengthDelimited() else { throw malformed }
            if key.field == 1 {
                any.typeURL = String(decoding: bytes, as: UTF8.self)
            } else {
                any.value = Array(bytes)
            }
        }
        return any
    }
}

extension ResponseEnvelope {
    /// The envelope of a failure. The message and details are cut to fit `dataBytesMax`.
    static func failure(_ error: RPCError, dataBytesMax: Int = FrameHeader.dataBytesMax) -> [UInt8]
    {
        let whole = envelope(of: error)
        guard whole.count > dataBytesMax else { return whole }
        return envelope(of: RPCError(error.code, String(error.message.prefix(1024))))
    }

    private static func envelope(of error: RPCError) -> [UInt8] {
        var status = ProtobufWriter()
        status.varint(field: 1, UInt64(bitPattern: Int64(error.code.rawValue)))
        status.string(field: 2, error.message)
        for detail in error.details {
            var any = ProtobufWriter()
            any.string(field: 1, detail.typeURL)
            any.bytes(field: 2, detail.value)
            status.bytes(field: 3, any.bytes)
        }
        var response = ProtobufWriter()
        response.bytes(field: 1, status.bytes)
        return response.bytes
    }

    /// How many bytes come before a payload of `byteCount` bytes: its key and its length.
    static func payloadPrefixByteCount(_ byteCount: Int) -> Int {
        1 + ProtobufWriter.varintByteCount(UInt64(byteCount))
    }

    /// Writes the payload's key and length at `target` and gives the place behind them.
    static func writePayloadPrefix(
        _ byteCount: Int, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        target.storeBytes(of: 2 << 3 | 2, as: UInt8.self)
        return ProtobufWriter.writeVarint(UInt64(byteCount), at: target + 1)
    }
}
