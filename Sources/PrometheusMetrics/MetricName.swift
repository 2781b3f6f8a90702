/// OpenTelemetry's names as Prometheus spells them.
enum MetricName {
    /// `rpc.server.call.duration` with the unit `seconds` is `rpc_server_call_duration_seconds`.
    static func family(_ label: String, suffix: String = "") -> String {
        let name = spelled(label)
        return suffix.isEmpty || name.hasSuffix("_" + suffix) ? name : "\(name)_\(suffix)"
    }

    /// A name of letters, digits and underscores that does not begin with a digit.
    static func spelled(_ text: String) -> String {
        var name = ""
        for character in text.utf8 {
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                name.unicodeScalars.append(Unicode.Scalar(character))
            default: name += "_"
            }
        }
        let beginsWithDigit = name.utf8.first.map { (0x30...0x39).contains($0) } ?? true
        return beginsWithDigit ? "_" + name : name
    }

    /// `{rpc_method="…",…}` without its braces, sorted by name, so that two orders of the same
    /// dimensions are one series.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { (spelled($0.0), $0.1) }.sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
