/// The message types, enumerations and services of a set of .proto files, by name.
package struct Schema: Sendable {
    /// The most bytes of a descriptor set that are read.
    package static let descriptorBytesMax = 16 << 20

    /// The files, each after those that it imports.
    package let files: [SchemaFile]
    private let messagesByName: [String: MessageType]
    private let enumsByName: [String: EnumType]
    private let servicesByName: [String: ServiceType]

    package init(files: [SchemaFile]) {
        self.files = files
        var messages: [String: MessageType] = [:]
        var enums: [String: EnumType] = [:]
        var services: [String: ServiceType] = [:]
        func add(_ message: MessageType) {
            messages[message.fullName] = message
            for nested in message.enums { enums[nested.fullName] = nested }
            for nested in message.messages { add(nested) }
        }
        for file in files {
            for message in file.messages { add(message) }
            for enumeration in file.enums { enums[enumeration.fullName] = enumeration }
            for service in file.services { services[service.fullName] = service }
        }
        messagesByName = messages
        enumsByName = enums
        servicesByName = services
    }

    /// Reads an encoded `google.protobuf.FileDescriptorSet`.
    package init(fileDescriptorSet bytes: [UInt8]) throws(SchemaError) {
        self.init(files: try DescriptorReader.files(inDescriptorSet: bytes))
    }

    /// The message type of a full name, `bfc.tenancy.v1.Tenant`.
    package func message(named fullName: String) -> MessageType? { messagesByName[fullName] }

    /// The enumeration of a full name.
    package func enumeration(named fullName: String) -> EnumType? { enumsByName[fullName] }

    /// The service of a full name.
    package func service(named fullName: String) -> ServiceType? { servicesByName[fullName] }

    /// Every service, in the order of the files.
    package var services: [ServiceType] { files.flatMap(\.services) }
}

/// Why descriptors could not be read.
package struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
