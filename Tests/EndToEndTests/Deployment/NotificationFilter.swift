/// Reads what Postgres sends message by message, and leaves notifications out: a byte that names
/// the kind, four that count themselves and the rest.
struct NotificationFilter {
    private static let notification = UInt8(ascii: "A")
    private static let headerByteCount = 5

    private var header: [UInt8] = []
    /// How many bytes of the message's rest are to come.
    private var left = 0

    /// What of the bytes belongs to other messages. A header goes with its last byte.
    mutating func pass(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if left == 0 {
                header.append(rest.removeFirst())
                guard header.count == Self.headerByteCount else { continue }
                left = header.dropFirst().reduce(0) { $0 << 8 | Int($1) } - 4
                if !isNotification { kept += header }
            } else {
                let part = rest.prefix(left)
                if !isNotification { kept += part }
                left -= part.count
                rest = rest.dropFirst(part.count)
            }
            if left == 0 { header = [] }
        }
        return kept
    }

    private var isNotification: Bool { header.first == Self.notification }
}
