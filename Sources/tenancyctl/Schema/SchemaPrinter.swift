internal import ProtobufSchema

/// Prints types as .proto files write them, comments included.
struct SchemaPrinter {
    let schema: Schema

    func text(_ subject: SchemaIndex.Subject) -> String {
        switch subject {
        case .service(let service): self.service(service)
        case .method(let method): self.method(method)
        case .message(let message): self.message(message, name: message.fullName, indentation: 0)
        case .enumeration(let type): enumeration(type, name: type.fullName, indentation: 0)
        }
    }

    // MARK: Services

    private func service(_ service: ServiceType) -> String {
        let methods = service.methods.map { method(line: $0, indentation: 1) }
        return comment(service.comment, 0) + "service \(service.fullName) {\n"
            + methods.joined(separator: "\n") + "}\n"
    }

    /// The method, and the two messages that a caller needs to know next.
    private func method(_ method: SchemaIndex.Method) -> String {
        var parts = ["// \(method.path)\n" + self.method(line: method.method, indentation: 0)]
        var names = [method.method.input]
        if method.method.output != method.method.input { names.append(method.method.output) }
        for name in names {
            guard let type = schema.message(named: name) else { continue }
            parts.append(message(type, name: type.fullName, indentation: 0))
        }
        return parts.joined(separator: "\n")
    }

    private func method(line method: MethodType, indentation: Int) -> String {
        let request = (method.clientStreams ? "stream " : "") + method.input
        let response = (method.serverStreams ? "stream " : "") + method.output
        let option =
            switch method.idempotency {
            case .unknown: ";"
            case .idempotent: " { option idempotency_level = IDEMPOTENT; }"
            case .noSideEffects: " { option idempotency_level = NO_SIDE_EFFECTS; }"
            }
        return comment(method.comment, indentation) + spaces(indentation)
            + "rpc \(method.name)(\(request)) returns (\(response))\(option)\n"
    }

    // MARK: Types

    private func message(_ message: MessageType, name: String, indentation: Int) -> String {
        var out = comment(message.comment, indentation)
        out += spaces(indentation) + "message \(name) {\n"
        for type in message.enums {
            out += enumeration(type, name: type.name, indentation: indentation + 1) + "\n"
        }
        for nested in message.messages where !nested.isMapEntry {
            out += self.message(nested, name: nested.name, indentation: indentation + 1) + "\n"
        }
        var openOneof: Int?
        for field in message.fields {
            let oneof = field.isProto3Optional ? nil : field.oneofIndex
            if oneof != openOneof {
                if openOneof != nil { out += spaces(indentation + 1) + "}\n" }
                if let oneof, message.oneofs.indices.contains(oneof) {
                    out += comment(message.oneofs[oneof].comment, indentation + 1)
                    out += spaces(indentation + 1) + "oneof \(message.oneofs[oneof].name) {\n"
                }
                openOneof = oneof
            }
            out += self.field(field, indentation: indentation + (oneof == nil ? 1 : 2))
        }
        if openOneof != nil { out += spaces(indentation + 1) + "}\n" }
        return out + spaces(indentation) + "}\n"
    }

    /// A field with the name that its JSON has, which is the one to type into `call`.
    private func field(_ field: FieldType, indentation: Int) -> String {
        var line = spaces(indentation)
        if let entry = mapEntry(of: field), let key = entry.field(number: 1),
            let value = entry.field(number: 2)
        {
            line += "map<\(typeName(key)), \(typeName(value))>"
        } else {
            line += (field.isRepeated ? "repeated " : "") + typeName(field)
        }
        line += " \(field.name) = \(field.number);"
        if field.jsonName != field.name { line += "  // \(field.jsonName)" }
        return comment(field.comment, indentation) + line + "\n"
    }

    private func mapEntry(of field: FieldType) -> MessageType? {
        guard field.kind == .message, let type = schema.message(named: field.typeName),
            type.isMapEntry
        else { return nil }
        return type
    }

    private func typeName(_ field: FieldType) -> String {
        switch field.kind {
        case .message, .enumeration: field.typeName
        default: "\(field.kind)"
        }
    }

    private func enumeration(_ type: EnumType, name: String, indentation: Int) -> String {
        var out = comment(type.comment, indentation) + spaces(indentation) + "enum \(name) {\n"
        for value in type.values {
            out += comment(value.comment, indentation + 1)
            out += spaces(indentation + 1) + "\(value.name) = \(value.number);\n"
        }
        return out + spaces(indentation) + "}\n"
    }

    // MARK: Lines

    private func comment(_ text: String, _ indentation: Int) -> String {
        guard !text.isEmpty else { return "" }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            spaces(indentation) + (line.isEmpty ? "//" : "// \(line)") + "\n"
        }.joined()
    }

    private func spaces(_ indentation: Int) -> String {
        String(repeating: "  ", count: indentation)
    }
}
