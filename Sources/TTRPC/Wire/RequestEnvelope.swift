/// The data of a request frame, `ttrpc.Request`:
/// `{ string service = 1; string method = 2; bytes payload = 3; int64 timeout_nano = 4;
/// repeated KeyValue metadata = 5 }`.
///
/// Read by hand, in place: a call costs no allocation before its method is known. Unknown fields
/// are skipped, the last occurrence of a field wins. There is one of each, which is lent: its
/// metadata makes a copy cost something.
struct RequestEnvelope: ~Copyable {
    /// The service's name in bytes that live as long as the frame.
    private(set) var service = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var method = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)
    /// How long the caller waits; zero says nothing, less than zero has passed already.
    private(set) var timeoutNanoseconds: Int64 = 0
    private(set) var metadata = Metadata()

    /// What a request's metadata may weigh.
    struct Limits: Sendable {
        var metadataPairsMax = 64
        var metadataBytesMax = 16 << 10
    }

    /// - Throws: `RPCError` with `INVALID_ARGUMENT` for bytes that are not such a message, and
    ///   `RESOURCE_EXHAUSTED` for more metadata than the limits allow.
    init(reading data: UnsafeRawBufferPointer, limits: Limits) throws(RPCError) {
        var reader = ProtobufReader(data)
        var metadataBytes = 0
        while !reader.isAtEnd {
            guard let key = reader.key() else { throw Self.malformed("a field key") }
            switch (key.field, key.type) {
            case (1, .lengthDelimited): service = try Self.field(&reader, "service")
            case (2, .lengthDelimited): method = try Self.field(&reader, "method")
            case (3, .lengthDelimited): payload = try Self.field(&reader, "payload")
            case (4, .varint):
                guard let value = reader.varint() else { throw Self.malformed("timeout_nano") }
                timeoutNanoseconds = Int64(bitPattern: value)
            case (5, .lengthDelimited):
                let pair = try Self.field(&reader, "metadata")
                metadataBytes += pair.count
                guard metadataBytes <= limits.metadataBytesMax,
                    metadata.pairs.count < limits.metadataPairsMax
                else { throw Self.tooMuchMetadata(limits) }
                try appendPair(pair)
            case (1...5, _): throw Self.malformed("a field of another type than its number has")
            default:
                guard reader.skip(key.type) else { throw Self.malformed("an unknown field") }
            }
        }
    }

    private mutating func appendPair(_ data: UnsafeRawBufferPointer) throws(RPCError) {
        var reader = ProtobufReader(data)
        var pair = Metadata.Pair(key: "", value: "")
        while !reader.isAtEnd {
            guard let key = reader.key() else { throw Self.malformed("metadata") }
            guard key.field <= 2, key.type == .lengthDelimited else {
                guard reader.skip(key.type) else { throw Self.malformed("metadata") }
                continue
            }
            guard let bytes = reader.lengthDelimited() else { throw Self.malformed("metadata") }
            guard let text = String(validating: bytes) else {
                throw RPCError(
                    .invalidArgument, "metadata: must be valid UTF-8 without NUL characters")
            }
            if key.field == 1 { pair.key = text } else { pair.value = text }
        }
        metadata.append(pair.value, for: pair.key)
    }

    private static func field(
        _ reader: inout ProtobufReader, _ name: String
    ) throws(RPCError) -> UnsafeRawBufferPointer {
        guard let bytes = reader.lengthDelimited() else { throw malformed(name) }
        return bytes
    }

    private static func malformed(_ what: String) -> RPCError {
        RPCError(.invalidArgument, "malformed request envelope: \(what)")
    }

    private static func tooMuchMetadata(_ limits: Limits) -> RPCError {
        RPCError(
            .resourceExhausted,
            """
            metadata: at most \(limits.metadataPairsMax) pairs and \
            \(limits.metadataBytesMax) bytes
            """)
    }
}

extension RequestEnvelope {
    /// The envelope of a call up to and without its payload.
    ///
    /// `timeout_nano` is written when there is a timeout, and then at least 1: zero would read as
    /// "no deadline" when the deadline has just passed.
    static func head(
        service: String, method: String, timeout: Duration?, metadata: Metadata
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(field: 1, service)
        writer.string(field: 2, method)
        if let timeout {
            let (seconds, attoseconds) = timeout.components
            let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
            let nanoseconds = whole.overflow || sum.overflow ? Int64.max : max(1, sum.partialValue)
            writer.varint(field: 4, UInt64(bitPattern: nanoseconds))
        }
        for pair in metadata.pairs {
            var inner = ProtobufWriter()
            inner.string(field: 1, pair.key)
            inner.string(field: 2, pair.value)
            writer.bytes(field: 5, inner.bytes)
        }
        return writer.bytes
    }
}
