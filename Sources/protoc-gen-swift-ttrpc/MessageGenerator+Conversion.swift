internal import ProtobufSchema

extension MessageGenerator {
    // MARK: C to Swift

    func writeCopying(to out: inout CodeWriter) {
        out.line("/// Copies a message out of C's memory.")
        out.block("public init(copying message: UnsafePointer<CMessage>)") { out in
            var seenOneofs: Set<Int> = []
            for field in type.fields {
                guard let index = field.oneofIndex else {
                    writeCopying(field, to: &out)
                    continue
                }
                guard seenOneofs.insert(index).inserted else { continue }
                let oneof = type.oneofs[index]
                out.block("switch message.pointee.\(Names.cCase(oneof)).rawValue") { out in
                    for member in members(of: index) {
                        let value = swiftValue(member, "message.pointee.\(Names.cMember(member))")
                        let choice = ".\(Names.property(member))(\(value))"
                        let property = "self.\(Names.property(oneof))"
                        out.line("case \(member.number): \(property) = \(choice)")
                    }
                    out.line("default: break")
                }
            }
        }
    }

    private func writeCopying(_ field: FieldType, to out: inout CodeWriter) {
        let property = "self.\(Names.property(field))"
        let member = "message.pointee.\(Names.cMember(field))"
        let count = "message.pointee.\(Names.cCount(field))"
        let element = elementType(field)
        switch shape(field) {
        case .scalar: out.line("\(property) = \(swiftValue(field, member))")
        case .message: out.line("\(property) = \(member).map { \(element)(copying: $0) }")
        case .repeated where field.kind == .message:
            out.line("\(property) = [\(element)](protobufC: \(member), count: \(count))")
        case .repeated:
            let form = swiftValue(field, "$0")
            out.line(
                "\(property) = [\(element)](protobufC: \(member), count: \(count)) { \(form) }")
        case .map(let key, let value):
            out.block("for index in 0..<\(count)") { out in
                out.line("guard let entry = \(member)?[index] else { continue }")
                let key = swiftValue(key, "entry.pointee.key")
                let value = swiftValue(value, "entry.pointee.value")
                out.line("\(property)[\(key)] = \(value)")
            }
        }
    }

    /// The Swift form of one C value.
    private func swiftValue(_ field: FieldType, _ value: String) -> String {
        switch field.kind {
        case .string: "String(protobufC: \(value))"
        case .bytes: "[UInt8](protobufC: \(value))"
        case .bool: "\(value) != 0"
        case .enumeration:
            "\(elementType(field))(rawValue: Int32(truncatingIfNeeded: \(value).rawValue))"
        case .message:
            "\(value).map { \(elementType(field))(copying: $0) } ?? \(elementType(field))()"
        default: value
        }
    }

    // MARK: Swift to C

    func writeFilling(to out: inout CodeWriter) {
        out.line("/// Writes the fields into `message`; what it points to comes from `arena`.")
        out.line("public func fill(")
        out.line("    _ message: UnsafeMutablePointer<CMessage>, in arena: ProtobufArena")
        out.block(") throws(RPCError)") { out in
            var seenOneofs: Set<Int> = []
            for field in type.fields {
                guard let index = field.oneofIndex else {
                    writeFilling(field, to: &out)
                    continue
                }
                guard seenOneofs.insert(index).inserted else { continue }
                writeFilling(oneof: index, to: &out)
            }
        }
    }

    private func writeFilling(oneof index: Int, to out: inout CodeWriter) {
        let oneof = type.oneofs[index]
        out.block("switch self.\(Names.property(oneof))") { out in
            for member in members(of: index) {
                out.line("case .\(Names.property(member))(let value):")
                out.line(
                    "    message.pointee.\(Names.cCase(oneof)) = .init(rawValue: \(member.number))")
                let value = cValue(member, "value")
                out.line("    message.pointee.\(Names.cMember(member)) = \(value)")
            }
            out.line("case nil: break")
        }
    }

    private func writeFilling(_ field: FieldType, to out: inout CodeWriter) {
        let name = Names.property(field)
        let property = "self.\(name)"
        let member = "message.pointee.\(Names.cMember(field))"
        let count = "message.pointee.\(Names.cCount(field))"
        switch shape(field) {
        case .scalar where field.kind == .string:
            out.line("if !\(property).isEmpty { \(member) = \(cValue(field, property)) }")
        case .scalar: out.line("\(member) = \(cValue(field, property))")
        case .message:
            out.line("if let value = \(property) { \(member) = try arena.message(value) }")
        case .repeated:
            out.block("if !\(property).isEmpty") { out in
                out.line("\(count) = \(property).count")
                out.line("\(member) = \(cArray(field, property))")
            }
        case .map(let key, let value):
            let entry = Names.cType(field.typeName)
            let order = key.kind == .bool ? "{ !$0 && $1 }" : "<"
            out.block("if !\(property).isEmpty") { out in
                out.line("\(count) = \(property).count")
                out.line("\(member) = try arena.entries(")
                out.line("    \(property), by: \(order),")
                out.line("    descriptor: \(Names.cFunction(field.typeName))__at()")
                out.line(
                    ") { (entry: UnsafeMutablePointer<\(entry)>, key, value) throws(RPCError) in")
                out.line("    entry.pointee.key = \(cValue(key, "key"))")
                out.line("    entry.pointee.value = \(cValue(value, "value"))")
                out.line("}")
            }
        }
    }

    private func cArray(_ field: FieldType, _ property: String) -> String {
        switch field.kind {
        case .message: return "try arena.messages(\(property))"
        case .string: return "try arena.strings(\(property))"
        case .bytes:
            return "try arena.array(\(property)) { (value, arena) throws(RPCError) in "
                + "try arena.bytes(value) }"
        case .bool:
            return "try arena.array(\(property)) { value, _ in \(cValue(field, "value")) }"
        case .enumeration:
            return "try arena.array(\(property)) { value, _ in \(cValue(field, "value")) }"
        default: return "try arena.array(\(property)) { value, _ in value }"
        }
    }

    /// The C form of one Swift value.
    private func cValue(_ field: FieldType, _ value: String) -> String {
        switch field.kind {
        case .string: "try arena.string(\(value))"
        case .bytes: "try arena.bytes(\(value))"
        case .bool: "\(value) ? 1 : 0"
        case .enumeration:
            "\(Names.cType(field.typeName))(rawValue: .init(truncatingIfNeeded: \(value).rawValue))"
        case .message: "try arena.message(\(value))"
        default: value
        }
    }
}
