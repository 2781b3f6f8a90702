internal import TenancyCommandLine

/// Each call on a small platform and on a large one, side by side.
struct ScaleReport: Sendable {
    /// What was measured of a call at one size.
    struct Measurement: Sendable, Equatable {
        /// In nanoseconds, as the caller sees it.
        var p50: UInt64
        var p99: UInt64
        var access: Access
    }

    /// How many times as many entries a call may read on the large platform. The same plan reads a
    /// few more or less: a page is full there, and a list by name meets more that begin alike.
    static let growthMax = 4.0
    /// Below so many entries a difference is none of the plan's.
    static let rowsOfNoMatter = 50.0

    var machine: MachineInfo
    /// What there was, in words.
    var small: String
    var large: String
    private(set) var lines: [(call: ScaleCall, small: Measurement, large: Measurement)] = []
    /// What was to be measured and was not, at one size or at both.
    private(set) var missing: [ScaleCall] = []

    init(machine: MachineInfo, small: String, large: String) {
        self.machine = machine
        self.small = small
        self.large = large
    }

    /// - Parameters:
    ///   - small: nil when the call was not served.
    ///   - large: the same.
    mutating func add(_ call: ScaleCall, small: Measurement?, large: Measurement?) {
        if let small, let large {
            lines.append((call, small, large))
        } else {
            missing.append(call)
        }
    }

    /// What speaks against it that calls cost the same, in words; none when nothing does.
    var objections: [String] {
        lines.flatMap { line in
            Self.objections(to: line.call, small: line.small.access, large: line.large.access)
        } + missing.map { "\($0.rawValue) was not measured" }
    }

    static func objections(to call: ScaleCall, small: Access, large: Access) -> [String] {
        var objections: [String] = []
        if large.rowsPerCall > max(rowsOfNoMatter, small.rowsPerCall) * growthMax {
            objections.append("\(call.rawValue) reads more for there being more")
        }
        // On the small platform these are read as a whole, or by any index: it is as good. The
        // large one has to read them by the indexes that are meant.
        let tiny = small.tablesReadWhole.map { "\($0)_" }
        let meant = call.indexesOfLargeTables.intersection(large.paths)
        let appeared = large.paths.filter { path in
            !small.paths.contains(path)
                && !(meant.contains(path) && tiny.contains { path.hasPrefix($0) })
        }
        // What is no longer read as a whole is read by an index, which is asked about above.
        let vanished = small.paths.filter { path in
            !large.paths.contains(path) && !path.hasSuffix(Access.endToEnd)
                && !tiny.contains { table in
                    path.hasPrefix(table) && meant.contains { $0.hasPrefix(table) }
                }
        }
        if !(appeared + vanished).isEmpty {
            objections.append(
                "\(call.rawValue) reads otherwise: "
                    + (appeared + vanished.map { "no \($0)" }).joined(separator: ", "))
        }
        return objections
    }

    var text: String {
        var table = TextTable([
            ("CALL", .left), ("P50", .right), ("", .right), ("P99", .right), ("", .right),
            ("ROWS", .right), ("", .right), ("READ FROM", .left),
        ])
        for line in lines {
            let isSame = line.small.access.paths == line.large.access.paths
            table.append([
                line.call.rawValue, Self.time(line.small.p50), Self.time(line.large.p50),
                Self.time(line.small.p99), Self.time(line.large.p99),
                Self.rows(line.small.access), Self.rows(line.large.access),
                (isSame ? "both: " : "large: ") + Self.paths(line.large.access),
            ])
            guard !isSame else { continue }
            table.append(
                ["", "", "", "", "", "", "", "small: " + Self.paths(line.small.access)])
        }
        return """
            \(machine.text)
            small: \(small)
            large: \(large)
            one caller, one call after the other; each pair of columns is small, large
            rows: entries of indexes and tables that a call reads

            \(table.text)
            """
    }

    private static func time(_ nanoseconds: UInt64) -> String {
        DurationText.text(nanoseconds: Double(nanoseconds))
    }

    private static func rows(_ access: Access) -> String {
        Decimals.text(access.rowsPerCall, digits: 0)
    }

    private static func paths(_ access: Access) -> String {
        access.paths.isEmpty ? "memory" : access.paths.joined(separator: ", ")
    }
}
