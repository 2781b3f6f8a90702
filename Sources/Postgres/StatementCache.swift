/// Which statements are prepared on a connection, under which names. A pure struct.
struct StatementCache {
    private var entries: [String: Entry] = [:]
    /// Names the server still knows and nobody uses.
    private var stale: [String] = []
    private var clock: UInt64 = 0
    private let countMax: Int

    private struct Entry {
        let name: String
        /// The same text with values of other types is another statement.
        let types: [PostgresType]
        var lastUse: UInt64
    }

    /// What has to be sent before the statement can be executed by name.
    struct Plan: Equatable {
        /// The name to execute.
        var name: String
        /// Whether it has to be prepared first.
        var mustPrepare: Bool
        /// Statements to forget.
        var evicted: [String]
    }

    init(countMax: Int) {
        self.countMax = max(1, countMax)
    }

    /// - Returns: nil when the statement is to be sent whole: its text is known with other types.
    mutating func use(_ sql: SQL) -> Plan? {
        clock += 1
        if let entry = entries[sql.text] {
            guard entry.types.elementsEqual(sql.values.lazy.map(\.type)) else { return nil }
            entries[sql.text]?.lastUse = clock
            return Plan(name: entry.name, mustPrepare: false, evicted: [])
        }
        if entries.count >= countMax,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            stale.append(oldest.value.name)
            entries[oldest.key] = nil
        }
        defer { stale = [] }
        let name = "s\(clock)"
        entries[sql.text] = Entry(name: name, types: sql.values.map(\.type), lastUse: clock)
        return Plan(name: name, mustPrepare: true, evicted: stale)
    }

    /// The server refused to prepare it, has lost it, or may not execute it any more because its
    /// tables have changed.
    mutating func forget(_ text: String, isKnownToServer: Bool) {
        guard let entry = entries.removeValue(forKey: text) else { return }
        if isKnownToServer { stale.append(entry.name) }
    }
}
