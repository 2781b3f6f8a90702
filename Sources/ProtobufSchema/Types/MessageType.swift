/// One message type.
package struct MessageType: Sendable {
    package let name: String
    /// The name with its package and its outer messages, `bfc.tenancy.v1.Tenant`.
    package let fullName: String
    package let comment: String
    /// In the order of the file.
    package let fields: [FieldType]
    /// The names of the oneofs, in the order of the file.
    package let oneofs: [OneofType]
    package let messages: [MessageType]
    package let enums: [EnumType]
    /// Whether protoc made the type for a map field.
    package let isMapEntry: Bool

    package func field(number: Int) -> FieldType? { fields.first { $0.number == number } }

    /// The field of a JSON name, or of its name in the file.
    package func field(named name: String) -> FieldType? {
        fields.first { $0.jsonName == name } ?? fields.first { $0.name == name }
    }
}

/// One oneof of a message type.
package struct OneofType: Sendable {
    package let name: String
    package let comment: String
}

/// One field of a message type.
package struct FieldType: Sendable {
    /// What a field holds, numbered as descriptor.proto numbers it.
    package enum Kind: Int, Sendable {
        case double = 1
        case float = 2
        case int64 = 3
        case uint64 = 4
        case int32 = 5
        case fixed64 = 6
        case fixed32 = 7
        case bool = 8
        case string = 9
        case message = 11
        case bytes = 12
        case uint32 = 13
        case enumeration = 14
        case sfixed32 = 15
        case sfixed64 = 16
        case sint32 = 17
        case sint64 = 18

        /// The wire type of a single value.
        package var wireType: WireType {
            switch self {
            case .double, .fixed64, .sfixed64: .fixed64
            case .float, .fixed32, .sfixed32: .fixed32
            case .string, .message, .bytes: .lengthDelimited
            default: .varint
            }
        }
    }

    /// The name in the file.
    package let name: String
    /// The name in JSON, in lowerCamelCase unless the file says otherwise.
    package let jsonName: String
    package let number: Int
    package let isRepeated: Bool
    package let kind: Kind
    /// The full name of the message type or enumeration, empty for other kinds.
    package let typeName: String
    /// The index in `MessageType.oneofs`.
    package let oneofIndex: Int?
    /// Whether the file says `optional`.
    package let isProto3Optional: Bool
    package let comment: String
}

/// One enumeration.
package struct EnumType: Sendable {
    package let name: String
    /// The name with its package and its outer messages.
    package let fullName: String
    package let comment: String
    /// In the order of the file.
    package let values: [EnumValueType]

    /// The upper-case prefix that its values share by convention, `TENANT_TYPE_`.
    package var valuePrefix: String { Self.upperSnakeCase(name) + "_" }

    /// The value of a full name, or of a name without the prefix in any case, "broker".
    package func value(named name: String) -> EnumValueType? {
        values.first { $0.name == name }
            ?? values.first { $0.name == valuePrefix + name.uppercased() }
            ?? values.first { $0.name == name.uppercased() }
    }

    package func value(number: Int32) -> EnumValueType? { values.first { $0.number == number } }

    private static func upperSnakeCase(_ name: String) -> String {
        var result = ""
        var previousIsLower = false
        for character in name {
            if character.isUppercase, previousIsLower { result.append("_") }
            previousIsLower = character.isLowercase || character.isNumber
            result += character.uppercased()
        }
        return result
    }
}

/// One value of an enumeration.
package struct EnumValueType: Sendable {
    package let name: String
    package let number: Int32
    package let comment: String
}
