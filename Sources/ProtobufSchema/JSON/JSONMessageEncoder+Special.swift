extension JSONMessageEncoder {
    /// The messages whose JSON is not an object of their fields.
    func encode(
        _ special: SpecialMessage, _ value: JSONValue, path: String, depth: Int
    ) throws(JSONError) -> [UInt8] {
        switch special {
        case .any: return try any(value, path: path, depth: depth)
        case .jsonObject:
            guard case .object = value else { throw JSONError("must be an object", path: path) }
            var out = WireWriter()
            if value != .object([]) { out.lengthDelimited(1, value.text().utf8) }
            return out.bytes
        case .jsonValue:
            var out = WireWriter()
            if value != .null { out.lengthDelimited(1, value.text().utf8) }
            return out.bytes
        case .timestamp:
            guard case .string(let text) = value, let time = TimeText.timestamp(text) else {
                throw JSONError("must be a time like \"2027-02-12T00:00:00Z\"", path: path)
            }
            return secondsAndNanos(time.seconds, time.nanos)
        case .duration:
            guard case .string(let text) = value, let time = TimeText.duration(text) else {
                throw JSONError("must be a duration like \"1.5s\"", path: path)
            }
            return secondsAndNanos(time.seconds, time.nanos)
        case .fieldMask:
            guard case .string(let text) = value else {
                throw JSONError("must be a string of field names joined by commas", path: path)
            }
            var out = WireWriter()
            for name in text.split(separator: ",") {
                out.lengthDelimited(1, TimeText.snakeCase(name).utf8)
            }
            return out.bytes
        }
    }

    private func secondsAndNanos(_ seconds: Int64, _ nanos: Int32) -> [UInt8] {
        var out = WireWriter()
        if seconds != 0 {
            out.tag(1, .varint)
            out.varint(UInt64(bitPattern: seconds))
        }
        if nanos != 0 {
            out.tag(2, .varint)
            out.varint(UInt64(bitPattern: Int64(nanos)))
        }
        return out.bytes
    }

    private func any(_ value: JSONValue, path: String, depth: Int) throws(JSONError) -> [UInt8] {
        guard case .object(let members) = value, case .string(let url)? = value["@type"] else {
            throw JSONError("must be an object with \"@type\"", path: path)
        }
        let content: [UInt8]
        if let type = codec.messageType(url: url) {
            let rest = members.filter { $0.key != "@type" }
            let isSpecial = SpecialMessage(rawValue: type.fullName) != nil
            let inner = isSpecial ? value["value"] ?? .null : .object(rest)
            content = try message(inner, type, path: path, depth: depth + 1)
        } else {
            guard case .string(let text)? = value["value"], let bytes = Base64.decode(text) else {
                throw JSONError("the message type of \(url) is not known", path: path)
            }
            content = bytes
        }
        var out = WireWriter()
        out.lengthDelimited(1, url.utf8)
        if !content.isEmpty { out.lengthDelimited(2, content) }
        return out.bytes
    }
}
