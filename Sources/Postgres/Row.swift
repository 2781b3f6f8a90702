/// One row of an answer, copied out of libpq.
package struct Row: Sendable {
    /// The names of an answer's columns, shared by its rows.
    package final class Columns: Sendable {
        let names: [String]
        let types: [PostgresType]

        init(names: [String], types: [PostgresType]) {
            self.names = names
            self.types = types
        }
    }

    private let columns: Columns
    private let bytes: [UInt8]
    /// Where each value ends in `bytes`; -1 for NULL.
    private let ends: [Int32]

    init(columns: Columns, bytes: [UInt8], ends: [Int32]) {
        self.columns = columns
        self.bytes = bytes
        self.ends = ends
    }

    /// - Throws: `PostgresError` with `.decoding` when there is no such column, it is NULL, or it
    ///   is of another type.
    package func decode<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let value = try decodeIfPresent(column, as: type) else {
            throw PostgresError(.decoding, "column \(column) is NULL")
        }
        return value
    }

    /// The value, or nil for NULL.
    ///
    /// - Throws: `PostgresError` with `.decoding` when there is no such column, or it is of another
    ///   type.
    package func decodeIfPresent<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        guard let index = columns.names.firstIndex(of: column) else {
            throw PostgresError(.decoding, "there is no column \(column)")
        }
        return try decodeIfPresent(at: index, as: type)
    }

    package func decodeIfPresent<Value: PostgresDecodable>(
        at index: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        guard ends.indices.contains(index) else {
            throw PostgresError(.decoding, "there is no column \(index)")
        }
        // Many types have forms of the same length: a `numeric` would pass for an integer.
        guard Value.accepts(columns.types[index]) else {
            throw PostgresError(
                .decoding,
                "column \(columns.names[index]) is of type \(columns.types[index].rawValue), "
                    + "which is not read as \(Value.self)")
        }
        guard ends[index] >= 0 else { return nil }
        let start = ends[..<index].last { $0 >= 0 } ?? 0
        let outcome = bytes.withUnsafeBytes { buffer -> Result<Value, PostgresError> in
            let slice = UnsafeRawBufferPointer(rebasing: buffer[Int(start)..<Int(ends[index])])
            return Result { () throws(PostgresError) in try Value(postgres: slice) }
        }
        return try outcome.get()
    }
}
