/// A value as it is bound: its type and its binary form, or NULL.
package struct PostgresValue: Sendable, Hashable {
    /// The type's object id, 0 to let the server infer it.
    package var type: PostgresType
    /// The binary form in network order; nil is NULL.
    package var bytes: [UInt8]?
    /// Why the value cannot be sent; found when it is bound, told when it is used.
    package var problem: String?

    package init(type: PostgresType, bytes: [UInt8]?) {
        self.type = type
        self.bytes = bytes
    }
}

/// The object id of one of Postgres's built-in types.
package struct PostgresType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let inferred = PostgresType(rawValue: 0)
    package static let bool = PostgresType(rawValue: 16)
    package static let bytea = PostgresType(rawValue: 17)
    package static let int8 = PostgresType(rawValue: 20)
    package static let int2 = PostgresType(rawValue: 21)
    package static let int4 = PostgresType(rawValue: 23)
    package static let text = PostgresType(rawValue: 25)
    package static let float8 = PostgresType(rawValue: 701)
    package static let textArray = PostgresType(rawValue: 1009)
    package static let int8Array = PostgresType(rawValue: 1016)
    package static let date = PostgresType(rawValue: 1082)
    package static let timestamptz = PostgresType(rawValue: 1184)
    package static let jsonb = PostgresType(rawValue: 3802)

    /// Whether the binary form is the text: name, text, json, xml, unknown, char(n), varchar, and
    /// the types that are not built in, of which only enumerations and texts are read.
    var isText: Bool {
        [19, 25, 114, 142, 705, 1042, 1043].contains(rawValue) || rawValue >= Self.firstOfUsers
    }

    /// Object ids from here on are given to what is created in a database.
    private static let firstOfUsers: UInt32 = 16_384
}

package protocol PostgresEncodable {
    static var postgresType: PostgresType { get }
    var postgresValue: PostgresValue { get }
}

package protocol PostgresDecodable {
    /// - Throws: `PostgresError` with `.decoding` when the bytes are not of this type.
    init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError)
    /// Whether a column of this type holds such values.
    static func accepts(_ type: PostgresType) -> Bool
}

extension PostgresDecodable where Self: PostgresEncodable {
    package static func accepts(_ type: PostgresType) -> Bool { type == postgresType }
}

extension FixedWidthInteger {
    fileprivate var networkBytes: [UInt8] {
        withUnsafeBytes(of: bigEndian) { Array($0) }
    }

    fileprivate init(network bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        guard bytes.count == MemoryLayout<Self>.size else {
            throw PostgresError(.decoding, "a value of \(bytes.count) bytes is not a \(Self.self)")
        }
        self.init(bigEndian: bytes.loadUnaligned(as: Self.self))
    }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int2 }
    package var postgresValue: PostgresValue { .init(type: .int2, bytes: networkBytes) }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        try self.init(network: bytes)
    }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int4 }
    package var postgresValue: PostgresValue { .init(type: .int4, bytes: networkBytes) }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        try self.init(network: bytes)
    }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int8 }
    package var postgresValue: PostgresValue { .init(type: .int8, bytes: networkBytes) }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        switch bytes.count {
        case 2: self = Int64(try Int16(network: bytes))
        case 4: self = Int64(try Int32(network: bytes))
        default: try self.init(network: bytes)
        }
    }
    package static func accepts(_ type: PostgresType) -> Bool {
        type == .int8 || type == .int4 || type == .int2
    }
}

extension UInt64: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .int8 }
    package var postgresValue: PostgresValue {
        guard let signed = Int64(exactly: self) else {
            var value = PostgresValue(type: .int8, bytes: nil)
            value.problem = "an integer over 9223372036854775807"
            return value
        }
        return signed.postgresValue
    }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        let signed = try Int64(postgres: bytes)
        guard let value = UInt64(exactly: signed) else {
            throw PostgresError(.decoding, "a negative integer is not a UInt64")
        }
        self = value
    }
    package static func accepts(_ type: PostgresType) -> Bool { Int64.accepts(type) }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .bool }
    package var postgresValue: PostgresValue { .init(type: .bool, bytes: [self ? 1 : 0]) }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        guard bytes.count == 1 else { throw PostgresError(.decoding, "not a bool") }
        self = bytes[0] != 0
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .float8 }
    package var postgresValue: PostgresValue {
        .init(type: .float8, bytes: bitPattern.networkBytes)
    }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        self.init(bitPattern: try UInt64(network: bytes))
    }
}

extension String: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .text }
    package var postgresValue: PostgresValue {
        var value = PostgresValue(type: .text, bytes: Array(utf8))
        if value.bytes?.contains(0) == true { value.problem = "text with a NUL character" }
        return value
    }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PostgresError(.decoding, "text that is not UTF-8")
        }
        self = text
    }
    package static func accepts(_ type: PostgresType) -> Bool { type.isText }
}

extension [UInt8]: PostgresDecodable {
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        self = Array(bytes)
    }
    /// Every value has bytes.
    package static func accepts(_ type: PostgresType) -> Bool { true }
}

/// Binary data. A type of its own on the way in, since `[Int64]` and `[String]` are arrays.
package struct PostgresBytes: PostgresEncodable {
    package var bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package static var postgresType: PostgresType { .bytea }
    package var postgresValue: PostgresValue { .init(type: .bytea, bytes: bytes) }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }
    package var postgresValue: PostgresValue {
        self?.postgresValue ?? .init(type: Wrapped.postgresType, bytes: nil)
    }
}

/// A `timestamptz`: microseconds since 1970 in UTC, all that the database keeps.
package struct PostgresTimestamp: PostgresEncodable, PostgresDecodable, Hashable, Sendable,
    Comparable
{
    package var microseconds: Int64

    /// 2000-01-01 in microseconds since 1970, where Postgres's own count begins.
    private static let epoch: Int64 = 946_684_800_000_000

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package static var postgresType: PostgresType { .timestamptz }
    package var postgresValue: PostgresValue {
        let (count, overflow) = microseconds.subtractingReportingOverflow(Self.epoch)
        var value = PostgresValue(type: .timestamptz, bytes: count.networkBytes)
        if overflow { value.problem = "a time before the calendar begins" }
        return value
    }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        let (count, overflow) = try Int64(network: bytes).addingReportingOverflow(Self.epoch)
        guard !overflow else { throw PostgresError(.decoding, "a time without end") }
        microseconds = count
    }
    package static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

/// A `date`: days since 1970.
package struct PostgresDate: PostgresEncodable, PostgresDecodable, Hashable, Sendable {
    package var days: Int32

    private static let epoch: Int32 = 10_957

    package init(days: Int32) { self.days = days }
    package static var postgresType: PostgresType { .date }
    package var postgresValue: PostgresValue {
        let (count, overflow) = days.subtractingReportingOverflow(Self.epoch)
        var value = PostgresValue(type: .date, bytes: count.networkBytes)
        if overflow { value.problem = "a date before the calendar begins" }
        return value
    }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        let (count, overflow) = try Int32(network: bytes).addingReportingOverflow(Self.epoch)
        guard !overflow else { throw PostgresError(.decoding, "a date without end") }
        days = count
    }
}

/// A `jsonb` as its text.
package struct PostgresJSON: PostgresEncodable, PostgresDecodable, Hashable, Sendable {
    package var text: String

    package init(text: String) { self.text = text }
    package static var postgresType: PostgresType { .jsonb }
    package var postgresValue: PostgresValue {
        // The binary form is a version byte, then the text.
        .init(type: .jsonb, bytes: [1] + Array(text.utf8))
    }
    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        guard bytes.first == 1 else { throw PostgresError(.decoding, "not a jsonb") }
        text = try String(postgres: UnsafeRawBufferPointer(rebasing: bytes[1...]))
    }
}

/// An array without NULLs: `int8[]` or `text[]`.
package struct PostgresArray<Element: PostgresEncodable & PostgresDecodable>: PostgresEncodable,
    PostgresDecodable
{
    package var elements: [Element]

    package init(_ elements: [Element]) { self.elements = elements }

    package static var postgresType: PostgresType {
        Element.postgresType == .int8 ? .int8Array : .textArray
    }

    package var postgresValue: PostgresValue {
        var bytes = Int32(elements.isEmpty ? 0 : 1).networkBytes
        bytes += Int32(0).networkBytes
        bytes += Element.postgresType.rawValue.networkBytes
        guard !elements.isEmpty else { return .init(type: Self.postgresType, bytes: bytes) }
        bytes += Int32(clamping: elements.count).networkBytes + Int32(1).networkBytes
        var value = PostgresValue(type: Self.postgresType, bytes: nil)
        for element in elements {
            let encoded = element.postgresValue
            if let problem = encoded.problem { value.problem = problem }
            bytes += Int32(clamping: encoded.bytes?.count ?? 0).networkBytes
            bytes += encoded.bytes ?? []
        }
        value.bytes = bytes
        return value
    }

    package init(postgres bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        func integer(at offset: Int) throws(PostgresError) -> Int {
            guard offset + 4 <= bytes.count else { throw PostgresError(.decoding, "not an array") }
            return Int(
                Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        elements = []
        let dimensions = try integer(at: 0)
        guard dimensions != 0 else { return }
        guard dimensions == 1 else {
            throw PostgresError(.decoding, "an array of \(dimensions) dimensions")
        }
        let count = try integer(at: 12)
        var offset = 20
        for _ in 0..<max(0, count) {
            let length = try integer(at: offset)
            offset += 4
            guard length >= 0, offset + length <= bytes.count else {
                throw PostgresError(.decoding, "an array with a NULL")
            }
            elements.append(
                try Element(
                    postgres: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])))
            offset += length
        }
    }
}
