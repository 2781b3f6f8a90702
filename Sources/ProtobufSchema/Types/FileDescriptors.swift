/// The encoded files of a descriptor set, found by their paths and by what they declare.
package struct FileDescriptors: Sendable {
    /// One encoded `google.protobuf.FileDescriptorProto`.
    package struct File: Sendable {
        /// The path below the import root.
        package let path: String
        /// The paths of the files that it imports.
        package let dependencies: [String]
        package let bytes: [UInt8]
    }

    private let filesByPath: [String: File]
    private let pathsBySymbol: [String: String]

    /// Reads an encoded `google.protobuf.FileDescriptorSet`.
    package init(fileDescriptorSet bytes: [UInt8]) throws(SchemaError) {
        var files: [String: File] = [:]
        var symbols: [String: String] = [:]
        var reader = WireReader(bytes[...])
        while let field = try reader.next() {
            guard field.number == 1, case .bytes(let encoded) = field.value else { continue }
            let type = try DescriptorReader.file(encoded: Array(encoded))
            for name in Self.declarations(of: type) { symbols[name] = type.path }
            files[type.path] = File(
                path: type.path, dependencies: type.dependencies, bytes: Array(encoded))
        }
        filesByPath = files
        pathsBySymbol = symbols
    }

    /// The file of a path, behind all the files that it imports. Nil when there is none.
    package func file(at path: String) -> [File]? {
        guard filesByPath[path] != nil else { return nil }
        var order: [File] = []
        var seen: Set<String> = []
        // Imports cannot be circular: protoc refuses that.
        func visit(_ path: String) {
            guard seen.insert(path).inserted, let file = filesByPath[path] else { return }
            for dependency in file.dependencies { visit(dependency) }
            order.append(file)
        }
        visit(path)
        return order
    }

    /// The file that declares the symbol of a full name, behind all the files that it imports.
    package func file(declaring symbol: String) -> [File]? {
        pathsBySymbol[symbol].flatMap(file(at:))
    }
}

extension FileDescriptors.File {
    /// - Throws: `SchemaError` for bytes that are not a file.
    package init(_ bytes: [UInt8]) throws(SchemaError) {
        let file = try DescriptorReader.file(encoded: bytes)
        self.init(path: file.path, dependencies: file.dependencies, bytes: bytes)
    }
}

extension FileDescriptors {
    /// The full names of everything that a file declares.
    private static func declarations(of file: SchemaFile) -> [String] {
        var names: [String] = []
        func add(_ type: EnumType, in scope: String) {
            names.append(type.fullName)
            // A value belongs to the scope that the enumeration stands in.
            names += type.values.map { DescriptorReader.qualified($0.name, in: scope) }
        }
        func add(_ type: MessageType) {
            names.append(type.fullName)
            names += type.fields.map { "\(type.fullName).\($0.name)" }
            names += type.oneofs.map { "\(type.fullName).\($0.name)" }
            for nested in type.enums { add(nested, in: type.fullName) }
            for nested in type.messages { add(nested) }
        }
        for type in file.enums { add(type, in: file.package) }
        for type in file.messages { add(type) }
        for service in file.services {
            names.append(service.fullName)
            names += service.methods.map { "\(service.fullName).\($0.name)" }
        }
        return names
    }
}
