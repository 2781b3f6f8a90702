/// A place in the chain of a tenant's activity: right behind one row, or, with the sequence 0, at
/// the beginning.
package struct ChainPosition: Sendable, Hashable {
    package let sequence: Int64
    /// When the row was written; it narrows down where later ones are. Nothing before the first.
    package let createdAt: Timestamp
    /// The beginning of the row's hash. A database that was put back to an earlier state may give
    /// the number to another row.
    package let mark: Int64

    package init(sequence: Int64, createdAt: Timestamp, rowHash: [UInt8]) {
        self.sequence = sequence
        self.createdAt = createdAt
        mark = Self.mark(of: rowHash)
    }

    package static func mark(of rowHash: [UInt8]) -> Int64 {
        Int64(bitPattern: rowHash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    // MARK: - As text for callers

    package func token(for use: String) -> String {
        PositionToken([sequence, createdAt.microseconds, mark]).encoded(for: use)
    }

    /// Nil for text that this service did not make for this use.
    package init?(token: String, for use: String) {
        guard let numbers = PositionToken(token, for: use)?.numbers, numbers.count == 3,
            numbers[0] >= 0
        else { return nil }
        sequence = numbers[0]
        createdAt = Timestamp(microseconds: numbers[1])
        mark = numbers[2]
    }
}

/// How far a tenant's chain reaches, and from where on it is kept.
package struct ChainHead: Sendable, Hashable {
    package let end: ChainPosition
    /// The last row that has passed its retention; 0 when every row is kept.
    package let expiredSequence: Int64

    package init(end: ChainPosition, expiredSequence: Int64) {
        self.end = end
        self.expiredSequence = expiredSequence
    }

    /// Whether everything behind a position is still kept.
    package func keeps(after position: ChainPosition) -> Bool {
        position.sequence >= expiredSequence && position.sequence <= end.sequence
    }
}
