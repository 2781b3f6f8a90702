/// Writes the fields of the envelope. The message inside is written by its own serialization.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(field: UInt64, _ value: UInt64) {
        Self.append(field << 3, to: &bytes)
        Self.append(value, to: &bytes)
    }

    mutating func string(field: UInt64, _ value: String) {
        var value = value
        value.withUTF8 { text in lengthDelimited(field: field, UnsafeRawBufferPointer(text)) }
    }

    mutating func bytes(field: UInt64, _ value: [UInt8]) {
        value.withUnsafeBytes { lengthDelimited(field: field, $0) }
    }

    mutating func lengthDelimited(field: UInt64, _ value: UnsafeRawBufferPointer) {
        Self.append(field << 3 | 2, to: &bytes)
        Self.append(UInt64(value.count), to: &bytes)
        bytes.append(contentsOf: value)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// How many bytes `value` takes as a varint.
    static func varintByteCount(_ value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    /// Writes `value` as a varint at `target` and gives the place behind it.
    static func writeVarint(_ value: UInt64, at target: UnsafeMutableRawPointer)
        -> UnsafeMutableRawPointer
    {
        var rest = value
        var place = target
        while rest >= 0x80 {
            place.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            rest >>= 7
            place += 1
        }
        place.storeBytes(of: UInt8(rest), as: UInt8.self)
        return place + 1
    }
}
