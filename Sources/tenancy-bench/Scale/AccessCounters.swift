/// How often each index, and each table as a whole, was read, and how many entries that were.
struct AccessCounters: Sendable, Equatable {
    struct Count: Sendable, Equatable {
        var scans: Int64 = 0
        var rows: Int64 = 0
    }

    private(set) var counts: [String: Count] = [:]

    /// The partitions of a month count as one.
    mutating func add(_ count: Count, of path: String) {
        let name = Self.withoutMonth(path)
        counts[name, default: Count()].scans += count.scans
        counts[name, default: Count()].rows += count.rows
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

    /// `table_202611_pkey` is `table_pkey`, and so is `table_default_pkey`.
    static func withoutMonth(_ path: String) -> String {
        var name = ""
        for part in path.split(separator: "_", omittingEmptySubsequences: false) {
            let word = part.prefix { $0 != " " }
            let isMonth =
                word.utf8.count == 6
                && word.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            if isMonth || word == "default" {
                name += part.dropFirst(word.count)
            } else {
                name += (name.isEmpty ? "" : "_") + part
            }
        }
        return name
    }
}

/// What one call reads: which paths, and how many entries of them.
struct Access: Sendable, Equatable {
    /// Indexes by their names, and tables that are read from end to end.
    var paths: [String] = []
    var rowsPerCall = 0.0
}
