internal import CDescriptorProtos
internal import CProtobufC

extension DescriptorReader {
    /// Where a message type stands: the scope of its name, its path for comments, its depth.
    struct Place {
        var scope: String
        var path: [Int32]
        var depth: Int
    }

    static func message(
        _ encoded: [UInt8], _ place: Place, _ comments: CommentIndex
    ) throws(SchemaError) -> MessageType {
        guard place.depth <= nestingMax else {
            throw SchemaError("\(place.scope) nests message types deeper than \(nestingMax)")
        }
        return try unpack(encoded, protoc__descriptor_proto__at(), as: Protoc__DescriptorProto.self)
        {
            (pointer) throws(SchemaError) in
            try message(pointer.pointee, place, comments)
        }
    }

    private static func message(
        _ type: Protoc__DescriptorProto, _ place: Place, _ comments: CommentIndex
    ) throws(SchemaError) -> MessageType {
        let name = text(type.name)
        let fullName = qualified(name, in: place.scope)
        var nested: [MessageType] = []
        for index in 0..<type.n_nested_type {
            guard let encoded = type.nested_type?[index] else { continue }
            let inner = Place(
                scope: fullName, path: place.path + [3, Int32(index)], depth: place.depth + 1)
            nested.append(try message(bytes(encoded), inner, comments))
        }
        var fieldPath = place.path + [2, -1]
        let fields = try list(type.field, type.n_field) { (field) throws(SchemaError) in
            fieldPath[fieldPath.count - 1] += 1
            return try Self.field(field, of: fullName, comment: comments[fieldPath])
        }
        var oneofPath = place.path + [8, -1]
        let oneofs = try list(type.oneof_decl, type.n_oneof_decl) {
            (oneof) throws(SchemaError) -> OneofType in
            oneofPath[oneofPath.count - 1] += 1
            return OneofType(name: text(oneof.name), comment: comments[oneofPath])
        }
        return MessageType(
            name: name, fullName: fullName, comment: comments[place.path], fields: fields,
            oneofs: oneofs, messages: nested,
            enums: try enums(
                type.enum_type, type.n_enum_type, fullName, place.path + [4], comments),
            isMapEntry: type.options.map { $0.pointee.map_entry != 0 } ?? false)
    }

    private static func field(
        _ field: Protoc__FieldDescriptorProto, of message: String, comment: String
    ) throws(SchemaError) -> FieldType {
        let name = text(field.name)
        guard let kind = FieldType.Kind(rawValue: Int(field.type)) else {
            throw SchemaError("\(message).\(name) has the unsupported type \(field.type)")
        }
        let jsonName = text(field.json_name)
        let hasOneof = field.oneof_index_presence_case.rawValue != 0
        return FieldType(
            name: name, jsonName: jsonName.isEmpty ? lowerCamelCase(name) : jsonName,
            number: Int(field.number), isRepeated: field.label == 3, kind: kind,
            typeName: withoutLeadingDot(text(field.type_name)),
            oneofIndex: hasOneof ? Int(field.oneof_index) : nil,
            isProto3Optional: field.proto3_optional != 0, comment: comment)
    }

    static func enums(
        _ elements: UnsafeMutablePointer<UnsafeMutablePointer<Protoc__EnumDescriptorProto>?>?,
        _ count: Int, _ scope: String, _ parent: [Int32], _ comments: CommentIndex
    ) throws(SchemaError) -> [EnumType] {
        var path = parent + [-1]
        return try list(elements, count) { (type) throws(SchemaError) in
            path[path.count - 1] += 1
            var valuePath = path + [2, -1]
            let values = try list(type.value, type.n_value) {
                (value) throws(SchemaError) -> EnumValueType in
                valuePath[valuePath.count - 1] += 1
                return EnumValueType(
                    name: text(value.name), number: value.number, comment: comments[valuePath])
            }
            let name = text(type.name)
            return EnumType(
                name: name, fullName: qualified(name, in: scope), comment: comments[path],
                values: values)
        }
    }

    /// protoc's rule for JSON names: an underscore goes, and the letter behind it becomes a
    /// capital.
    package static func lowerCamelCase(_ name: String) -> String {
        var result = ""
        var capital = false
        for character in name {
            if character == "_" {
                capital = true
            } else {
                result += capital ? character.uppercased() : String(character)
                capital = false
            }
        }
        return result
    }
}

/// The comments of a file by the path of what they describe.
struct CommentIndex {
    private var comments: [[Int32]: String] = [:]

    init(_ info: UnsafeMutablePointer<Protoc__SourceCodeInfo>?) {
        guard let info = info?.pointee else { return }
        for index in 0..<info.n_location {
            guard let location = info.location?[index]?.pointee else { continue }
            let leading = DescriptorReader.text(location.leading_comments)
            let trailing = DescriptorReader.text(location.trailing_comments)
            let comment = leading.isEmpty ? trailing : leading
            guard !comment.isEmpty else { continue }
            let path = UnsafeBufferPointer(
                start: location.path, count: location.path == nil ? 0 : location.n_path)
            comments[Array(path)] = Self.trimmed(comment)
        }
    }

    subscript(path: [Int32]) -> String { comments[path] ?? "" }

    /// Without the space that stands behind each `//`, and without blank lines at both ends.
    private static func trimmed(_ comment: String) -> String {
        var lines = comment.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                var line = line
                if line.first == " " { line = line.dropFirst() }
                while line.last == " " { line = line.dropLast() }
                return String(line)
            }
        while lines.last?.isEmpty == true { lines.removeLast() }
        while lines.first?.isEmpty == true { lines.removeFirst() }
        return lines.joined(separator: "\n")
    }
}
