extension RPCError {
    /// How long to wait before trying again, from `google.rpc.RetryInfo`; nil when the server did
    /// not say, or said less than nothing.
    public var retryDelay: Duration? {
        for detail in details where detail.typeURL.hasSuffix("/google.rpc.RetryInfo") {
            let delay = detail.value.withUnsafeBytes { Self.readRetryInfo($0) }
            if let delay, delay >= .zero { return delay }
        }
        return nil
    }

    /// Whether the server says that it began nothing of the call, so that any method may be
    /// retried: a draining server does.
    var isNotBegun: Bool {
        code == .unavailable && details.contains(.notBegun)
    }

    private static func readRetryInfo(_ bytes: UnsafeRawBufferPointer) -> Duration? {
        var reader = ProtobufReader(bytes)
        while let key = reader.key() {
            guard key.field == 1, key.type == .lengthDelimited else {
                guard reader.skip(key.type) else { return nil }
                continue
            }
            return reader.lengthDelimited().flatMap { readDuration($0) }
        }
        return nil
    }

    private static func readDuration(_ bytes: UnsafeRawBufferPointer) -> Duration? {
        var reader = ProtobufReader(bytes)
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        while !reader.isAtEnd {
            guard let key = reader.key() else { return nil }
            guard key.field <= 2, key.type == .varint else {
                guard reader.skip(key.type) else { return nil }
                continue
            }
            guard let value = reader.varint() else { return nil }
            if key.field == 1 {
                seconds = Int64(bitPattern: value)
            } else {
                nanoseconds = Int64(bitPattern: value)
            }
        }
        // What google.protobuf.Duration allows; a sum of anything larger could overflow.
        let secondsMax: Int64 = 315_576_000_000
        guard (0...secondsMax).contains(seconds), (0..<1_000_000_000).contains(nanoseconds)
        else { return nil }
        return .seconds(seconds) + .nanoseconds(nanoseconds)
    }
}

extension AnyMessage {
    /// `google.rpc.RetryInfo { google.protobuf.Duration retry_delay = 1 }`, written by hand,
    /// because the runtime stands below the generated messages.
    static func retryInfo(after delay: Duration) -> AnyMessage {
        let (seconds, attoseconds) = delay.components
        var duration = ProtobufWriter()
        if seconds > 0 { duration.varint(field: 1, UInt64(seconds)) }
        let nanoseconds = attoseconds / 1_000_000_000
        if nanoseconds > 0 { duration.varint(field: 2, UInt64(nanoseconds)) }
        var retry = ProtobufWriter()
        retry.bytes(field: 1, duration.bytes)
        return AnyMessage(typeURL: "type.googleapis.com/google.rpc.RetryInfo", value: retry.bytes)
    }

    /// `google.rpc.ErrorInfo { reason = "NOT_BEGUN", domain = "ttrpc" }`. `RetryInfo` alone does
    /// not say so much: a handler sends it too, after half of its work.
    static let notBegun: AnyMessage = {
        var info = ProtobufWriter()
        info.string(field: 1, "NOT_BEGUN")
        info.string(field: 2, "ttrpc")
        return AnyMessage(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: info.bytes)
    }()
}
