internal import ProtobufSchema

/// The Swift and C names of what the .proto files declare.
struct Names {
    private let typesByFullName: [String: String]
    private let serviceNames: [String: String]

    init(files: [SchemaFile], options: Options) {
        var types: [String: String] = [:]
        var services: [String: String] = [:]
        func add(_ message: MessageType, outer: String) {
            let name = outer + message.name
            types[message.fullName] = name
            for nested in message.enums { types[nested.fullName] = name + "." + nested.name }
            for nested in message.messages { add(nested, outer: name + ".") }
        }
        for file in files {
            let prefix = options.isBare(package: file.package) ? "" : Self.prefix(file.package)
            for message in file.messages { add(message, outer: prefix) }
            for enumeration in file.enums {
                types[enumeration.fullName] = prefix + enumeration.name
            }
            for service in file.services { services[service.fullName] = prefix + service.name }
        }
        typesByFullName = types
        serviceNames = services
    }

    /// The Swift type, with its outer types.
    func type(_ fullName: String) -> String { typesByFullName[fullName] ?? fullName }

    func service(_ service: ServiceType) -> String {
        serviceNames[service.fullName] ?? service.name
    }

    /// `google.rpc` becomes `Google_Rpc_`.
    private static func prefix(_ package: String) -> String {
        package.split(separator: ".").map { part in
            part.prefix(1).uppercased() + part.dropFirst() + "_"
        }.joined()
    }
}

// MARK: - Swift

extension Names {
    /// The property of a field.
    static func property(_ field: FieldType) -> String { identifier(lowerCamelCase(field.name)) }

    /// The property of a oneof.
    static func property(_ oneof: OneofType) -> String { identifier(lowerCamelCase(oneof.name)) }

    /// The enum of a oneof, told from the types that are nested beside it.
    static func type(_ oneof: OneofType, in message: MessageType) -> String {
        let camel = lowerCamelCase(oneof.name)
        let name = camel.prefix(1).uppercased() + camel.dropFirst()
        let taken = message.messages.map(\.name) + message.enums.map(\.name)
        return taken.contains(name) ? name + "Choice" : name
    }

    /// The function of a method.
    static func function(_ method: MethodType) -> String {
        identifier(method.name.prefix(1).lowercased() + method.name.dropFirst())
    }

    /// The constant of an enumeration's value, without the prefix that all of them share.
    static func constant(_ value: EnumValueType, of type: EnumType) -> String {
        var name = Substring(value.name)
        if name.hasPrefix(type.valuePrefix) { name = name.dropFirst(type.valuePrefix.count) }
        let camel = lowerCamelCase(name.lowercased())
        return identifier(camel.first?.isNumber == true ? "_" + camel : camel)
    }

    private static func lowerCamelCase(_ name: String) -> String {
        var result = ""
        var capital = false
        for character in name {
            if character == "_" {
                capital = !result.isEmpty
            } else {
                result += capital ? character.uppercased() : String(character)
                capital = false
            }
        }
        return result
    }

    /// A word that Swift reserves goes into backticks; one that means something on every value
    /// gets an underscore.
    private static func identifier(_ name: String) -> String {
        if ["self", "Self", "init", "Type", "hashValue", "descriptor"].contains(name) {
            return name + "_"
        }
        return reserved.contains(name) ? "`\(name)`" : name
    }

    private static let reserved: Set<String> = [
        "as", "associatedtype", "await", "break", "case", "catch", "class", "continue", "default",
        "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate",
        "for", "func", "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil",
        "open", "operator", "private", "precedencegroup", "protocol", "public", "repeat",
        "rethrows",
        "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try", "typealias", "var", "where", "while",
    ]
}

// MARK: - C, by protoc-c's rules

extension Names {
    /// `bfc.tenancy.v1.CheckQuotaRequest` becomes `Bfc__Tenancy__V1__CheckQuotaRequest`.
    static func cType(_ fullName: String) -> String {
        fullName.split(separator: ".").map { part in
            var result = ""
            var capital = true
            for character in part {
                if character == "_" {
                    capital = true
                } else {
                    result += capital ? character.uppercased() : String(character)
                    capital = false
                }
            }
            return result
        }.joined(separator: "__")
    }

    /// The start of the C functions of a message: `bfc__tenancy__v1__check_quota_request`.
    static func cFunction(_ fullName: String) -> String {
        fullName.split(separator: ".").map { snakeCase(String($0)) }.joined(separator: "__")
    }

    /// The member of the C struct.
    static func cMember(_ field: FieldType) -> String {
        let name = field.name.lowercased()
        return cReserved.contains(name) ? name + "_" : name
    }

    /// The member that counts a repeated field.
    static func cCount(_ field: FieldType) -> String { "n_" + field.name.lowercased() }

    /// The member that says which field of a oneof is set.
    static func cCase(_ oneof: OneofType) -> String { snakeCase(oneof.name) + "_case" }

    private static func snakeCase(_ name: String) -> String {
        var result = ""
        var previousIsUpper = true
        for character in name {
            if character.isUppercase, !previousIsUpper { result += "_" }
            previousIsUpper = character.isUppercase
            result += character.lowercased()
        }
        return result
    }

    /// The words that protoc-c gives an underscore.
    private static let cReserved: Set<String> = [
        "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
        "class", "compl", "const", "const_cast", "continue", "default", "delete", "do", "double",
        "dynamic_cast", "else", "enum", "explicit", "extern", "false", "float", "for", "friend",
        "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "not", "not_eq",
        "operator", "or", "or_eq", "private", "protected", "public", "register",
        "reinterpret_cast", "return", "short", "signed", "sizeof", "static", "static_cast",
        "struct", "switch", "template", "this", "throw", "true", "try", "typedef", "typeid",
        "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t",
        "while", "xor", "xor_eq",
    ]
}
