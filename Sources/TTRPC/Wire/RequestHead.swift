/// A request's envelope but for its payload, written straight to where it is sent from.
struct RequestHead {
    private static let serviceKey: UInt8 = 1 << 3 | 2
    private static let methodKey: UInt8 = 2 << 3 | 2
    private static let payloadKey: UInt8 = 3 << 3 | 2
    private static let timeoutKey: UInt8 = 4 << 3
    private static let metadataKey: UInt8 = 5 << 3 | 2
    private static let pairKeyKey: UInt8 = 1 << 3 | 2
    private static let pairValueKey: UInt8 = 2 << 3 | 2

    let service: String
    let method: String
    /// How long the caller waits; 0 says nothing and is not sent.
    let timeoutNanoseconds: UInt64
    let metadata: Metadata
    let byteCount: Int

    init(service: String, method: String, timeoutNanoseconds: UInt64, metadata: Metadata) {
        self.service = service
        self.method = method
        // The field is signed; what would read as negative waits for as long as there is a number.
        self.timeoutNanoseconds = min(timeoutNanoseconds, UInt64(Int64.max))
        self.metadata = metadata
        var count = Self.byteCount(of: service) + Self.byteCount(of: method)
        if timeoutNanoseconds > 0 {
            count += 1 + ProtobufWriter.varintByteCount(self.timeoutNanoseconds)
        }
        for pair in metadata.pairs {
            let inner = Self.byteCount(of: pair.key) + Self.byteCount(of: pair.value)
            count += 1 + ProtobufWriter.varintByteCount(UInt64(inner)) + inner
        }
        byteCount = count
    }

    /// How many bytes come before a payload of `byteCount` bytes: its key and its length.
    static func payloadPrefixByteCount(_ byteCount: Int) -> Int {
        1 + ProtobufWriter.varintByteCount(UInt64(byteCount))
    }

    /// Writes `byteCount` bytes at `target` and gives the place behind them.
    func write(at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        var place = Self.write(service, Self.serviceKey, at: target)
        place = Self.write(method, Self.methodKey, at: place)
        if timeoutNanoseconds > 0 {
            place.storeBytes(of: Self.timeoutKey, as: UInt8.self)
            place = ProtobufWriter.writeVarint(timeoutNanoseconds, at: place + 1)
        }
        for pair in metadata.pairs {
            let inner = Self.byteCount(of: pair.key) + Self.byteCount(of: pair.value)
            place.storeBytes(of: Self.metadataKey, as: UInt8.self)
            place = ProtobufWriter.writeVarint(UInt64(inner), at: place + 1)
            place = Self.write(pair.key, Self.pairKeyKey, at: place)
            place = Self.write(pair.value, Self.pairValueKey, at: place)
        }
        return place
    }

    /// Writes the payload's key and length at `target` and gives the place behind them.
    static func writePayloadPrefix(
        _ byteCount: Int, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        target.storeBytes(of: payloadKey, as: UInt8.self)
        return ProtobufWriter.writeVarint(UInt64(byteCount), at: target + 1)
    }

    private static func byteCount(of text: String) -> Int {
        let count = text.utf8.count
        return 1 + ProtobufWriter.varintByteCount(UInt64(count)) + count
    }

    private static func write(
        _ text: String, _ key: UInt8, at target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        target.storeBytes(of: key, as: UInt8.self)
        var text = text
        return text.withUTF8 { bytes in
            let place = ProtobufWriter.writeVarint(UInt64(bytes.count), at: target + 1)
            if let base = bytes.baseAddress {
                place.copyMemory(from: base, byteCount: bytes.count)
            }
            return place + bytes.count
        }
    }
}
