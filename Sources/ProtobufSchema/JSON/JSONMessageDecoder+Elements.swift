extension JSONMessageDecoder {
    /// One value of a field.
    func element(
        _ field: FieldType, _ value: WireField.Value, _ path: String, _ depth: Int
    ) throws(JSONError) -> JSONValue {
        switch value {
        case .varint(let bits): return try varint(field, bits, path)
        case .fixed64(let bits):
            switch field.kind {
            case .double: return JSONNumber.value(Double(bitPattern: bits))
            case .fixed64: return JSONNumber.value(bits)
            case .sfixed64: return JSONNumber.value(Int64(bitPattern: bits))
            default: throw Self.wrongWireType(path)
            }
        case .fixed32(let bits):
            switch field.kind {
            case .float: return JSONNumber.value(Float(bitPattern: bits))
            case .fixed32: return .number(String(bits))
            case .sfixed32: return .number(String(Int32(bitPattern: bits)))
            default: throw Self.wrongWireType(path)
            }
        case .bytes(let bytes):
            switch field.kind {
            case .string: return .string(try Self.text(bytes, path))
            case .bytes: return .string(Base64.encode(bytes))
            case .message:
                let type = try codec.messageType(field.typeName, path: path)
                return try message(bytes, type, path: path, depth: depth + 1)
            default: throw Self.wrongWireType(path)
            }
        }
    }

    private func varint(
        _ field: FieldType, _ bits: UInt64, _ path: String
    ) throws(JSONError) -> JSONValue {
        switch field.kind {
        case .int64: return JSONNumber.value(Int64(bitPattern: bits))
        case .uint64: return JSONNumber.value(bits)
        case .sint64: return JSONNumber.value(Int64(bits >> 1) ^ -Int64(bits & 1))
        case .int32: return .number(String(Int32(truncatingIfNeeded: bits)))
        case .uint32: return .number(String(UInt32(truncatingIfNeeded: bits)))
        case .sint32:
            let zigzag = UInt32(truncatingIfNeeded: bits)
            return .number(String(Int32(zigzag >> 1) ^ -Int32(zigzag & 1)))
        case .bool: return .bool(bits != 0)
        case .enumeration:
            let number = Int32(truncatingIfNeeded: bits)
            let known = codec.schema.enumeration(named: field.typeName)?.value(number: number)
            return known.map { .string($0.name) } ?? .number(String(number))
        default: throw Self.wrongWireType(path)
        }
    }

    static func text(
        _ bytes: ArraySlice<UInt8>, _ path: String
    ) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONError("is not valid UTF-8", path: path)
        }
        return text
    }

    /// The default of a field, as the wire would carry it.
    static func zero(_ field: FieldType) -> WireField.Value {
        switch field.kind.wireType {
        case .varint: .varint(0)
        case .fixed64: .fixed64(0)
        case .fixed32: .fixed32(0)
        case .lengthDelimited: .bytes([])
        }
    }

    static func isZero(_ value: WireField.Value) -> Bool {
        switch value {
        case .varint(let bits), .fixed64(let bits): bits == 0
        case .fixed32(let bits): bits == 0
        case .bytes(let bytes): bytes.isEmpty
        }
    }

    // MARK: The messages whose JSON is not an object of their fields

    func decode(
        _ special: SpecialMessage, _ values: Occurrences, path: String, depth: Int
    ) throws(JSONError) -> JSONValue {
        switch special {
        case .any: return try any(values, path: path, depth: depth)
        case .jsonObject, .jsonValue:
            let text = try string(values[1], path)
            guard !text.isEmpty else { return special == .jsonObject ? .object([]) : .null }
            do throws(JSONError) {
                return try JSONParser.parse(text)
            } catch {
                throw JSONError("does not hold JSON: \(error.reason)", path: path)
            }
        case .timestamp, .duration:
            let seconds = Int64(bitPattern: try integer(values[1], path))
            let nanos = Int32(truncatingIfNeeded: try integer(values[2], path))
            let text =
                special == .timestamp
                ? TimeText.timestamp(seconds: seconds, nanos: nanos)
                : TimeText.duration(seconds: seconds, nanos: nanos)
            guard let text else { throw JSONError("is out of range", path: path) }
            return .string(text)
        case .fieldMask:
            var names: [String] = []
            for value in values[1] {
                names.append(DescriptorReader.lowerCamelCase(try string([value], path)))
            }
            return .string(names.joined(separator: ","))
        }
    }

    private func any(
        _ values: Occurrences, path: String, depth: Int
    ) throws(JSONError) -> JSONValue {
        let url = try string(values[1], path)
        var content: ArraySlice<UInt8> = []
        if let last = values[2].last {
            guard case .bytes(let bytes) = last else { throw Self.wrongWireType(path) }
            content = bytes
        }
        let head = JSONValue.Member("@type", .string(url))
        guard let type = codec.messageType(url: url) else {
            return .object([head, JSONValue.Member("value", .string(Base64.encode(content)))])
        }
        let value = try message(content, type, path: path, depth: depth + 1)
        if SpecialMessage(rawValue: type.fullName) == nil, case .object(let members) = value {
            return .object([head] + members)
        }
        return .object([head, JSONValue.Member("value", value)])
    }

    private func string(
        _ values: [WireField.Value], _ path: String
    ) throws(JSONError) -> String {
        guard let last = values.last else { return "" }
        guard case .bytes(let bytes) = last else { throw Self.wrongWireType(path) }
        return try Self.text(bytes, path)
    }

    private func integer(
        _ values: [WireField.Value], _ path: String
    ) throws(JSONError) -> UInt64 {
        guard let last = values.last else { return 0 }
        guard case .varint(let bits) = last else { throw Self.wrongWireType(path) }
        return bits
    }
}
