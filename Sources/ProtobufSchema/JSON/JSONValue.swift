/// A JSON value that keeps the order of its keys and every digit of its numbers, which
/// Foundation's JSONSerialization does not.
package indirect enum JSONValue: Sendable, Hashable {
    /// One key with its value.
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: JSONValue

        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    /// The text of the number.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// The value of a key; `nil` for an absent key and for what is not an object.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

// MARK: - Writing

extension JSONValue {
    /// The value as text: on one line, or indented by two spaces.
    package func text(indented: Bool = false) -> String {
        var out = ""
        write(to: &out, indentation: indented ? 0 : nil)
        return out
    }

    private func write(to out: inout String, indentation: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .number(let text): out += text
        case .string(let text): Self.write(text, to: &out)
        case .array(let values):
            Self.write("[", values, "]", to: &out, indentation) { value, out, inner in
                value.write(to: &out, indentation: inner)
            }
        case .object(let members):
            Self.write("{", members, "}", to: &out, indentation) { member, out, inner in
                Self.write(member.key, to: &out)
                out += inner == nil ? ":" : ": "
                member.value.write(to: &out, indentation: inner)
            }
        }
    }

    private static func write<Element>(
        _ opening: String, _ elements: [Element], _ closing: String, to out: inout String,
        _ indentation: Int?, _ body: (Element, inout String, Int?) -> Void
    ) {
        out += opening
        let inner = indentation.map { $0 + 1 }
        for (index, element) in elements.enumerated() {
            if index > 0 { out += "," }
            breakLine(&out, inner)
            body(element, &out, inner)
        }
        if !elements.isEmpty { breakLine(&out, indentation) }
        out += closing
    }

    private static func breakLine(_ out: inout String, _ indentation: Int?) {
        guard let indentation else { return }
        out += "\n" + String(repeating: "  ", count: indentation)
    }

    private static func write(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..."\u{1f}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
