/// The head of one HTTP/1.1 request, read as it comes. Decides what a request is and does nothing
/// about it.
struct RequestHead {
    enum Step: Equatable {
        /// The head has not ended yet.
        case more
        case request(path: String, isHead: Bool)
        /// Answer with this status and close.
        case refuse(status: Int)
    }

    private let bytesMax: Int
    private var bytes: [UInt8] = []

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    mutating func receive(_ more: some Collection<UInt8>) -> Step {
        // Where the blank line may begin that was not there before.
        let searched = max(0, bytes.count - 3)
        bytes.append(contentsOf: more.prefix(bytesMax + 1 - bytes.count))
        guard let end = Self.blankLine(in: bytes[searched...]) else {
            return bytes.count > bytesMax ? .refuse(status: 431) : .more
        }
        guard end <= bytesMax else { return .refuse(status: 431) }
        return Self.step(Array(bytes[..<end]))
    }

    /// Where the head ends: behind the last header line, before its blank line.
    private static func blankLine(in bytes: ArraySlice<UInt8>) -> Int? {
        let pattern: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4 else { return nil }
        return (bytes.startIndex...bytes.endIndex - 4).first {
            bytes[$0..<$0 + 4].elementsEqual(pattern)
        }
    }

    private static func step(_ head: [UInt8]) -> Step {
        // Everything a request line and its fields may hold is visible ASCII, tabs and line ends.
        guard head.allSatisfy({ ($0 >= 0x20 && $0 < 0x7f) || [9, 10, 13].contains($0) }) else {
            return .refuse(status: 400)
        }
        let lines = String(decoding: head, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].hasPrefix("HTTP/") else { return .refuse(status: 400) }
        guard parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
            return .refuse(status: 505)
        }
        guard parts[0] == "GET" || parts[0] == "HEAD" else { return .refuse(status: 405) }
        guard parts[1].hasPrefix("/"),
            parts[2] == "HTTP/1.0" || hosts(lines.dropFirst()) == 1
        else { return .refuse(status: 400) }
        let path = parts[1].prefix { $0 != "?" && $0 != "#" }
        return .request(path: String(path), isHead: parts[0] == "HEAD")
    }

    /// HTTP/1.1 asks for exactly one.
    private static func hosts(_ fields: ArraySlice<Substring>) -> Int {
        fields.count { $0.lowercased().hasPrefix("host:") }
    }
}
