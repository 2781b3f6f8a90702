/// The members of a small JSON object, each of which is there once.
struct JSONClaims: Sendable {
    private var members: [String: JSONNode.Member] = [:]

    /// Nil for what is no object, or names a member twice: readers differ on which one counts.
    init?(_ json: String) {
        var scanner = JSONScanner(Array(json.utf8))
        guard scanner.scanObjectDocument(), let members = JSONNode(wellFormed: json).members else {
            return nil
        }
        for member in members {
            guard self.members.updateValue(member, forKey: member.name) == nil else { return nil }
        }
    }

    var names: Set<String> { Set(members.keys) }

    func text(_ name: String) -> String? { members[name]?.value.text }

    /// A whole number as it is written without fraction and exponent.
    func integer(_ name: String) -> Int64? {
        guard let member = members[name], member.value == .number,
            let colon = member.text.lastIndex(of: ":")
        else { return nil }
        let digits = member.text[member.text.index(after: colon)...].drop { $0.isWhitespace }
        return Int64(digits)
    }
}

/// JSON text of values.
enum JSONText {
    /// A string between quotation marks.
    static func string(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
