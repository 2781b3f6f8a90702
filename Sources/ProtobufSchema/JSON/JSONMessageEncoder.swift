/// JSON to wire.
struct JSONMessageEncoder {
    let codec: MessageCodec

    func message(
        _ value: JSONValue, _ type: MessageType, path: String, depth: Int
    ) throws(JSONError) -> [UInt8] {
        guard depth <= MessageCodec.depthMax else {
            throw JSONError("nested deeper than \(MessageCodec.depthMax)", path: path)
        }
        if let special = SpecialMessage(rawValue: type.fullName) {
            return try encode(special, value, path: path, depth: depth)
        }
        guard case .object(let members) = value else {
            throw JSONError("must be an object", path: path)
        }
        return try fields(members, type, path: path, depth: depth)
    }

    private func fields(
        _ members: [JSONValue.Member], _ type: MessageType, path: String, depth: Int
    ) throws(JSONError) -> [UInt8] {
        var out = WireWriter()
        var seen: Set<Int> = []
        var seenOneofs: Set<Int> = []
        for member in members {
            let fieldPath = MessageCodec.join(path, member.key)
            guard let field = type.field(named: member.key) else {
                throw JSONError("\(type.fullName) has no such field", path: fieldPath)
            }
            guard seen.insert(field.number).inserted else {
                throw JSONError("is given under both of its names", path: fieldPath)
            }
            guard member.value != .null else { continue }
            if let oneof = field.oneofIndex, !seenOneofs.insert(oneof).inserted {
                let name = type.oneofs.indices.contains(oneof) ? type.oneofs[oneof].name : "oneof"
                throw JSONError("another field of \(name) is given too", path: fieldPath)
            }
            try self.field(field, member.value, fieldPath, depth, to: &out)
        }
        return out.bytes
    }

    private func field(
        _ field: FieldType, _ value: JSONValue, _ path: String, _ depth: Int,
        to out: inout WireWriter
    ) throws(JSONError) {
        guard field.isRepeated else {
            return try element(field, value, path, depth, to: &out)
        }
        if field.kind == .message {
            let type = try codec.messageType(field.typeName, path: path)
            if type.isMapEntry {
                return try map(field, type, value, path, depth, to: &out)
            }
        }
        guard case .array(let values) = value else {
            throw JSONError("must be an array", path: path)
        }
        for (index, value) in values.enumerated() {
            try element(field, value, "\(path)[\(index)]", depth, to: &out)
        }
    }

    private func map(
        _ field: FieldType, _ entry: MessageType, _ value: JSONValue, _ path: String, _ depth: Int,
        to out: inout WireWriter
    ) throws(JSONError) {
        guard case .object(let members) = value, let keyField = entry.field(number: 1),
            let valueField = entry.field(number: 2)
        else { throw JSONError("must be an object", path: path) }
        for member in members {
            let path = MessageCodec.join(path, member.key)
            var pair = WireWriter()
            let key: JSONValue
            switch (keyField.kind, member.key) {
            case (.bool, "true"): key = .bool(true)
            case (.bool, "false"): key = .bool(false)
            default: key = .string(member.key)
            }
            try element(keyField, key, path, depth, to: &pair)
            try element(valueField, member.value, path, depth, to: &pair)
            out.lengthDelimited(field.number, pair.bytes)
        }
    }

    /// One value with its tag.
    private func element(
        _ field: FieldType, _ value: JSONValue, _ path: String, _ depth: Int,
        to out: inout WireWriter
    ) throws(JSONError) {
        switch field.kind {
        case .message:
            let type = try codec.messageType(field.typeName, path: path)
            out.lengthDelimited(
                field.number, try message(value, type, path: path, depth: depth + 1))
        case .string:
            guard case .string(let text) = value else {
                throw JSONError("must be a string", path: path)
            }
            out.lengthDelimited(field.number, text.utf8)
        case .bytes:
            guard case .string(let text) = value, let bytes = Base64.decode(text) else {
                throw JSONError("must be a string of base64", path: path)
            }
            out.lengthDelimited(field.number, bytes)
        default:
            out.tag(field.number, field.kind.wireType)
            try number(field, value, path, to: &out)
        }
    }

    private func number(
        _ field: FieldType, _ value: JSONValue, _ path: String, to out: inout WireWriter
    ) throws(JSONError) {
        switch field.kind {
        case .int64: out.varint(UInt64(bitPattern: try JSONNumber.integer(value, path)))
        case .sint64:
            let integer: Int64 = try JSONNumber.integer(value, path)
            out.varint(UInt64(bitPattern: integer << 1 ^ integer >> 63))
        case .uint64: out.varint(try JSONNumber.integer(value, path))
        case .fixed64: out.fixed64(try JSONNumber.integer(value, path))
        case .sfixed64:
            out.fixed64(UInt64(bitPattern: try JSONNumber.integer(value, path) as Int64))
        case .int32:
            out.varint(UInt64(bitPattern: Int64(try JSONNumber.integer(value, path) as Int32)))
        case .sint32:
            let integer: Int32 = try JSONNumber.integer(value, path)
            out.varint(UInt64(UInt32(bitPattern: integer << 1 ^ integer >> 31)))
        case .uint32: out.varint(UInt64(try JSONNumber.integer(value, path) as UInt32))
        case .fixed32: out.fixed32(try JSONNumber.integer(value, path))
        case .sfixed32:
            out.fixed32(UInt32(bitPattern: try JSONNumber.integer(value, path) as Int32))
        case .double: out.fixed64(try JSONNumber.double(value, path).bitPattern)
        case .float: out.fixed32(try JSONNumber.float(value, path).bitPattern)
        case .enumeration:
            out.varint(UInt64(bitPattern: Int64(try enumeration(field, value, path))))
        default:
            guard case .bool(let flag) = value else {
                throw JSONError("must be true or false", path: path)
            }
            out.varint(flag ? 1 : 0)
        }
    }

    private func enumeration(
        _ field: FieldType, _ value: JSONValue, _ path: String
    ) throws(JSONError) -> Int32 {
        guard case .string(let name) = value else { return try JSONNumber.integer(value, path) }
        guard let type = codec.schema.enumeration(named: field.typeName) else {
            throw JSONError("the enumeration \(field.typeName) is not known", path: path)
        }
        guard let known = type.value(named: name) else {
            let names = type.values.map(\.name).joined(separator: ", ")
            throw JSONError("\"\(name)\" is none of \(names)", path: path)
        }
        return known.number
    }
}
