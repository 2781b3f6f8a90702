internal import ProtobufSchema

/// A message becomes a struct of values that copies itself out of protoc-c's struct and into it.
struct MessageGenerator {
    let type: MessageType
    let schema: Schema
    let names: Names

    /// How a field stands in Swift.
    enum Shape {
        case scalar
        case message
        case repeated
        case map(key: FieldType, value: FieldType)
    }

    func write(to out: inout CodeWriter) {
        let name = names.type(type.fullName)
        let short = name.split(separator: ".").last.map(String.init) ?? name
        out.documentation(type.comment, or: "The message `\(type.fullName)`.")
        out.block("public struct \(short): ProtobufMessage") { out in
            for enumeration in type.enums {
                EnumGenerator(type: enumeration, name: names.type(enumeration.fullName))
                    .write(to: &out)
                out.line()
            }
            for nested in type.messages where !nested.isMapEntry {
                MessageGenerator(type: nested, schema: schema, names: names).write(to: &out)
                out.line()
            }
            for index in type.oneofs.indices { writeOneof(index, to: &out) }
            writeProperties(to: &out)
            writeInitializers(to: &out)
            out.line("/// The struct that protoc-c made of the message.")
            out.line("public typealias CMessage = \(Names.cType(type.fullName))")
            out.line()
            out.line("/// What protoc-c wrote down about the message.")
            out.block("public static var descriptor: UnsafePointer<ProtobufCMessageDescriptor>") {
                $0.line("\(Names.cFunction(type.fullName))__at()")
            }
            out.line()
            writeCopying(to: &out)
            out.line()
            writeFilling(to: &out)
        }
    }

    // MARK: Properties

    private func writeOneof(_ index: Int, to out: inout CodeWriter) {
        let oneof = type.oneofs[index]
        out.documentation(oneof.comment, or: "What `\(oneof.name)` may hold.")
        out.block("public enum \(Names.type(oneof, in: type)): Hashable, Sendable") { out in
            for field in members(of: index) {
                out.documentation(field.comment, or: "`\(field.name)`.")
                out.line("case \(Names.property(field))(\(elementType(field)))")
            }
        }
        out.line()
    }

    private func writeProperties(to out: inout CodeWriter) {
        for property in properties {
            out.documentation(property.comment, or: "`\(property.protoName)`.")
            let initial = property.initial == "nil" ? "" : " = \(property.initial)"
            out.line("public var \(property.name): \(property.type)\(initial)")
            out.line()
        }
    }

    private func writeInitializers(to out: inout CodeWriter) {
        out.line("/// The message with every field at its default.")
        out.line("public init() {}")
        out.line()
        guard !properties.isEmpty else { return }
        out.line("/// The message with these fields, the others at their defaults.")
        out.line("public init(")
        for (index, property) in properties.enumerated() {
            let comma = index == properties.count - 1 ? "" : ","
            out.line("    \(property.name): \(property.type) = \(property.initial)\(comma)")
        }
        out.block(")") { out in
            for property in properties { out.line("self.\(property.name) = \(property.name)") }
        }
        out.line()
    }

    /// A stored property: a field, or a oneof in the place of its first member.
    private struct Property {
        var name: String
        var protoName: String
        var type: String
        var initial: String
        var comment: String
    }

    private var properties: [Property] {
        var result: [Property] = []
        var seenOneofs: Set<Int> = []
        for field in type.fields {
            if let index = field.oneofIndex {
                guard seenOneofs.insert(index).inserted else { continue }
                let oneof = type.oneofs[index]
                result.append(
                    Property(
                        name: Names.property(oneof), protoName: oneof.name,
                        type: Names.type(oneof, in: type) + "?", initial: "nil",
                        comment: oneof.comment))
            } else {
                let (type, initial) = storage(field)
                result.append(
                    Property(
                        name: Names.property(field), protoName: field.name, type: type,
                        initial: initial, comment: field.comment))
            }
        }
        return result
    }

    func members(of oneof: Int) -> [FieldType] { type.fields.filter { $0.oneofIndex == oneof } }

    // MARK: Types

    func shape(_ field: FieldType) -> Shape {
        if field.isRepeated {
            if field.kind == .message, let entry = schema.message(named: field.typeName),
                entry.isMapEntry, let key = entry.field(number: 1),
                let value = entry.field(number: 2)
            {
                return .map(key: key, value: value)
            }
            return .repeated
        }
        return field.kind == .message ? .message : .scalar
    }

    private func storage(_ field: FieldType) -> (type: String, initial: String) {
        let element = elementType(field)
        switch shape(field) {
        case .message: return (element + "?", "nil")
        case .repeated: return ("[\(element)]", "[]")
        case .map(let key, let value):
            return ("[\(elementType(key)): \(elementType(value))]", "[:]")
        case .scalar:
            switch field.kind {
            case .string: return (element, "\"\"")
            case .bytes: return (element, "[]")
            case .bool: return (element, "false")
            case .enumeration: return (element, "\(element)(rawValue: 0)")
            default: return (element, "0")
            }
        }
    }

    func elementType(_ field: FieldType) -> String {
        switch field.kind {
        case .double: "Double"
        case .float: "Float"
        case .int64, .sint64, .sfixed64: "Int64"
        case .uint64, .fixed64: "UInt64"
        case .int32, .sint32, .sfixed32: "Int32"
        case .uint32, .fixed32: "UInt32"
        case .bool: "Bool"
        case .string: "String"
        case .bytes: "[UInt8]"
        case .enumeration, .message: names.type(field.typeName)
        }
    }
}
