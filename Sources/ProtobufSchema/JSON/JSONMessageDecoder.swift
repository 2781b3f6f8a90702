/// Wire to JSON.
struct JSONMessageDecoder {
    let codec: MessageCodec

    func message(
        _ bytes: ArraySlice<UInt8>, _ type: MessageType, path: String, depth: Int
    ) throws(JSONError) -> JSONValue {
        guard depth <= MessageCodec.depthMax else {
            throw JSONError("nested deeper than \(MessageCodec.depthMax)", path: path)
        }
        let values = try Occurrences(bytes, type, path: path)
        if let special = SpecialMessage(rawValue: type.fullName) {
            return try decode(special, values, path: path, depth: depth)
        }
        var members: [JSONValue.Member] = []
        for field in type.fields {
            let path = MessageCodec.join(path, field.jsonName)
            guard let value = try value(field, values[field.number], path, depth) else { continue }
            members.append(JSONValue.Member(field.jsonName, value))
        }
        return .object(members)
    }

    /// The JSON of a field, or `nil` where it is not shown.
    private func value(
        _ field: FieldType, _ occurrences: [WireField.Value], _ path: String, _ depth: Int
    ) throws(JSONError) -> JSONValue? {
        guard !field.isRepeated else {
            return try repeated(field, occurrences, path, depth)
        }
        guard field.kind != .message else {
            guard let bytes = try merged(occurrences, path) else { return nil }
            let type = try codec.messageType(field.typeName, path: path)
            return try message(bytes, type, path: path, depth: depth + 1)
        }
        guard let last = occurrences.last else {
            guard codec.options.includeDefaults, field.oneofIndex == nil else { return nil }
            return try element(field, Self.zero(field), path, depth)
        }
        guard codec.options.includeDefaults || field.oneofIndex != nil || !Self.isZero(last) else {
            return nil
        }
        return try element(field, last, path, depth)
    }

    /// The bytes of a message that occurs several times, one after another, are the merged
    /// message: that is how the wire format is made.
    private func merged(
        _ occurrences: [WireField.Value], _ path: String
    ) throws(JSONError) -> ArraySlice<UInt8>? {
        guard let first = occurrences.first else { return nil }
        guard case .bytes(var all) = first else { throw Self.wrongWireType(path) }
        for occurrence in occurrences.dropFirst() {
            guard case .bytes(let more) = occurrence else { throw Self.wrongWireType(path) }
            all += more
        }
        return all
    }

    private func repeated(
        _ field: FieldType, _ occurrences: [WireField.Value], _ path: String, _ depth: Int
    ) throws(JSONError) -> JSONValue? {
        if field.kind == .message {
            let type = try codec.messageType(field.typeName, path: path)
            if type.isMapEntry { return try map(type, occurrences, path, depth) }
        }
        var values: [JSONValue] = []
        for occurrence in occurrences {
            if case .bytes(let packed) = occurrence, field.kind.wireType != .lengthDelimited {
                for value in try Self.unpack(packed, field.kind.wireType, path) {
                    values.append(try element(field, value, "\(path)[\(values.count)]", depth))
                }
            } else {
                values.append(try element(field, occurrence, "\(path)[\(values.count)]", depth))
            }
        }
        return values.isEmpty && !codec.options.includeDefaults ? nil : .array(values)
    }

    private static func unpack(
        _ packed: ArraySlice<UInt8>, _ type: WireType, _ path: String
    ) throws(JSONError) -> [WireField.Value] {
        var reader = WireReader(packed)
        var values: [WireField.Value] = []
        do throws(SchemaError) {
            while !reader.isAtEnd {
                switch type {
                case .fixed64: values.append(.fixed64(try reader.fixed64()))
                case .fixed32: values.append(.fixed32(try reader.fixed32()))
                default: values.append(.varint(try reader.varint()))
                }
            }
        } catch {
            throw JSONError(error.description, path: path)
        }
        return values
    }

    /// A map, in the order of its keys; the last of several entries with one key counts.
    private func map(
        _ entry: MessageType, _ occurrences: [WireField.Value], _ path: String, _ depth: Int
    ) throws(JSONError) -> JSONValue? {
        guard let keyField = entry.field(number: 1), let valueField = entry.field(number: 2) else {
            throw JSONError("is not a map", path: path)
        }
        var members: [String: JSONValue] = [:]
        for occurrence in occurrences {
            guard case .bytes(let bytes) = occurrence else { throw Self.wrongWireType(path) }
            let values = try Occurrences(bytes, entry, path: path)
            let key = try element(
                keyField, values[1].last ?? Self.zero(keyField), path, depth)
            let name: String
            switch key {
            case .string(let text), .number(let text): name = text
            case .bool(let flag): name = String(flag)
            default: throw JSONError("has a key of an unsupported type", path: path)
            }
            let value = values[2].last ?? Self.zero(valueField)
            members[name] = try element(
                valueField, value, MessageCodec.join(path, name), depth)
        }
        if members.isEmpty, !codec.options.includeDefaults { return nil }
        return .object(
            members.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) })
    }

    static func wrongWireType(_ path: String) -> JSONError {
        JSONError("has another wire type than the field", path: path)
    }
}

/// The values of a message by field number, in the order of the wire. Of a oneof, only the member
/// that came last.
struct Occurrences {
    private var values: [Int: [WireField.Value]] = [:]

    init(_ bytes: ArraySlice<UInt8>, _ type: MessageType, path: String) throws(JSONError) {
        var reader = WireReader(bytes)
        do throws(SchemaError) {
            while let field = try reader.next() {
                guard let known = type.field(number: field.number) else { continue }
                if let oneof = known.oneofIndex {
                    for other in type.fields
                    where other.oneofIndex == oneof && other.number != known.number {
                        values[other.number] = nil
                    }
                }
                values[field.number, default: []].append(field.value)
            }
        } catch {
            throw JSONError(error.description, path: path)
        }
    }

    subscript(number: Int) -> [WireField.Value] { values[number] ?? [] }
}
