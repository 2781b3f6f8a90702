internal import Testing

@testable internal import Postgres

@Suite("Values")
struct PostgresValueTests {
    private func decode<Value: PostgresDecodable>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) throws(PostgresError) -> Value {
        let row = Row(
            columns: Row.Columns(
                names: ["x"],
                types: [(Value.self as? any PostgresEncodable.Type)?.postgresType ?? .bytea]),
            bytes: bytes, ends: [Int32(bytes.count)])
        return try row.decode("x")
    }

    @Test("values that no column can hold are known before they are sent")
    func problems() {
        let values: [any PostgresEncodable] = [
            "a\0b", UInt64.max, PostgresTimestamp(microseconds: .min), PostgresDate(days: .min),
            PostgresArray(["ok", "\0"]), Optional("\0"),
        ]
        for value in values { #expect(value.postgresValue.problem != nil) }
        #expect(UInt64(Int64.max).postgresValue.problem == nil)
    }

    @Test("bytes of another shape are refused, not trusted")
    func malformed() {
        #expect(throws: PostgresError.self) { try decode(Int64.self, [1, 2, 3]) }
        #expect(throws: PostgresError.self) { try decode(Bool.self, []) }
        #expect(throws: PostgresError.self) { try decode(String.self, [0xff]) }
        #expect(throws: PostgresError.self) { try decode(PostgresJSON.self, [2, 0x7b, 0x7d]) }
        #expect(throws: PostgresError.self) {
            // Infinity.
            try decode(PostgresTimestamp.self, [0x7f] + [UInt8](repeating: 0xff, count: 7))
        }
        for count in 0..<28 {
            // One element of 8 bytes, cut short.
            let whole = PostgresArray<Int64>([5]).postgresValue.bytes ?? []
            #expect(throws: PostgresError.self) {
                try decode(PostgresArray<Int64>.self, Array(whole.prefix(count)))
            }
        }
        #expect(throws: PostgresError.self, "two dimensions") {
            try decode(PostgresArray<Int64>.self, [0, 0, 0, 2] + [UInt8](repeating: 0, count: 40))
        }
    }

    @Test("SQL shows its text and never its values")
    func description() {
        let secret = "secret"
        let sql: SQL = "SELECT \(secret), \(optional: Int64?.none) FROM \(unsafeSQL: "t")"
        #expect("\(sql)" == "SELECT $1, $2 FROM t")
        #expect(sql.values.map(\.type) == [.text, .int8])
    }
}
