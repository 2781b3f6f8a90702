/// How often each index, and each table as a whole, was read, and how many entries that were.
struct AccessCounters: Sendable, Equatable {
    struct Count: Sendable, Equatable {
        var scans: Int64 = 0
        var rows: Int64 = 0
    }

    private(set) var counts: [String: Count] = [:]

    /// What is counted under the same name, as the partitions of a table are, counts as one.
    mutating func add(_ count: Count, of path: String) {
        counts[path, default: Count()].scans += count.scans
        counts[path, default: Count()].rows += count.rows
    }

    /// What was read since `earlier` by `calls` calls that are alike. What was read less often than
    /// by every second of them is somebody else's: of the server's own work, or of autovacuum.
    func access(since earlier: AccessCounters, calls: Int) -> Access {
        var access = Access()
        for (path, count) in counts {
            let before = earlier.counts[path] ?? Count()
            guard (count.scans - before.scans) * 2 >= Int64(calls) else { continue }
            access.paths.append(path)
            access.rowsPerCall += Double(count.rows - before.rows) / Double(calls)
        }
        access.paths.sort()
        return access
    }
}

/// What one call reads: which paths, and how many entries of them.
struct Access: Sendable, Equatable {
    /// How the path of a table that is read as a whole ends.
    static let endToEnd = " from end to end"

    /// Indexes by their names, and tables that are read from end to end.
    var paths: [String] = []
    var rowsPerCall = 0.0

    var tablesReadWhole: [Substring] {
        paths.filter { $0.hasSuffix(Self.endToEnd) }.map { $0.dropLast(Self.endToEnd.count) }
    }
}
