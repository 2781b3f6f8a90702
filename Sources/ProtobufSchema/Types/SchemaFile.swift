/// One .proto file.
package struct SchemaFile: Sendable {
    /// The path below the import root.
    package let path: String
    /// The package, `bfc.tenancy.v1`.
    package let package: String
    /// The paths of the imported files.
    package let dependencies: [String]
    /// The comment above the package statement.
    package let comment: String
    package let messages: [MessageType]
    package let enums: [EnumType]
    package let services: [ServiceType]
    /// Whether the file says `syntax = "proto3"`.
    package let isProto3: Bool
}

/// One service.
package struct ServiceType: Sendable {
    package let name: String
    /// The name with its package, `bfc.tenancy.v1.QuotaService`.
    package let fullName: String
    package let comment: String
    /// In the order of the file.
    package let methods: [MethodType]

    package func method(named name: String) -> MethodType? { methods.first { $0.name == name } }
}

/// One method of a service.
package struct MethodType: Sendable {
    /// What `option idempotency_level` says.
    package enum Idempotency: Sendable {
        case unknown
        case noSideEffects
        case idempotent
    }

    package let name: String
    package let comment: String
    /// The full name of the request type.
    package let input: String
    /// The full name of the response type.
    package let output: String
    package let clientStreams: Bool
    package let serverStreams: Bool
    package let idempotency: Idempotency
}
