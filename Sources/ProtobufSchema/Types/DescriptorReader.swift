internal import CDescriptorProtos
internal import CProtobufC

/// Reads descriptors through libprotobuf-c: the one place where their C structs are touched.
///
/// Nested types are bytes in our C schema and are unpacked level by level, so that no input makes
/// the library recurse.
enum DescriptorReader {
    /// How deep message types may be declared inside one another.
    static let nestingMax = 16

    /// The files of an encoded FileDescriptorSet.
    static func files(inDescriptorSet bytes: [UInt8]) throws(SchemaError) -> [SchemaFile] {
        try unpack(
            bytes, protoc__file_descriptor_set__at(), as: Protoc__FileDescriptorSet.self
        ) { (set) throws(SchemaError) in
            try list(set.pointee.file, set.pointee.n_file, file)
        }
    }

    /// One encoded FileDescriptorProto.
    static func file(encoded bytes: [UInt8]) throws(SchemaError) -> SchemaFile {
        try unpack(
            bytes, protoc__file_descriptor_proto__at(), as: Protoc__FileDescriptorProto.self
        ) { (file) throws(SchemaError) in
            try Self.file(file.pointee)
        }
    }

    /// Unpacks a message, hands it to `read` and frees it.
    static func unpack<Message, Value>(
        _ bytes: [UInt8], _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>?,
        as type: Message.Type, _ read: (UnsafePointer<Message>) throws(SchemaError) -> Value
    ) throws(SchemaError) -> Value {
        guard bytes.count <= Schema.descriptorBytesMax else {
            throw SchemaError("the descriptors are larger than \(Schema.descriptorBytesMax) bytes")
        }
        guard let message = protobuf_c_message_unpack(descriptor, nil, bytes.count, bytes) else {
            throw SchemaError("the descriptors are not valid protobuf")
        }
        defer { protobuf_c_message_free_unpacked(message, nil) }
        return try read(UnsafeRawPointer(message).assumingMemoryBound(to: type))
    }

    /// Brings over a repeated message field.
    static func list<Form, Value>(
        _ elements: UnsafeMutablePointer<UnsafeMutablePointer<Form>?>?, _ count: Int,
        _ read: (Form) throws(SchemaError) -> Value
    ) throws(SchemaError) -> [Value] {
        var values: [Value] = []
        for index in 0..<count {
            guard let element = elements?[index] else { continue }
            values.append(try read(element.pointee))
        }
        return values
    }

    static func strings(
        _ elements: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int
    ) -> [String] {
        (0..<count).compactMap { elements?[$0].map { String(cString: $0) } }
    }

    /// A string field, which libprotobuf-c never leaves nil after unpacking.
    static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        Array(UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len))
    }

    // MARK: Files

    static func file(_ file: Protoc__FileDescriptorProto) throws(SchemaError) -> SchemaFile {
        let comments = CommentIndex(file.source_code_info)
        let package = text(file.package)
        var messages: [MessageType] = []
        for index in 0..<file.n_message_type {
            guard let encoded = file.message_type?[index] else { continue }
            let place = Place(scope: package, path: [4, Int32(index)], depth: 1)
            messages.append(try message(bytes(encoded), place, comments))
        }
        return SchemaFile(
            path: text(file.name), package: package,
            dependencies: strings(file.dependency, file.n_dependency),
            comment: comments[[2]], messages: messages,
            enums: try enums(file.enum_type, file.n_enum_type, package, [5], comments),
            services: try services(file, package, comments),
            isProto3: text(file.syntax) == "proto3")
    }

    private static func services(
        _ file: Protoc__FileDescriptorProto, _ package: String, _ comments: CommentIndex
    ) throws(SchemaError) -> [ServiceType] {
        var path: [Int32] = [6, -1]
        return try list(file.service, file.n_service) { (service) throws(SchemaError) in
            path[1] += 1
            var methodPath = path + [2, -1]
            let methods = try list(service.method, service.n_method) {
                (method) throws(SchemaError) -> MethodType in
                methodPath[3] += 1
                return Self.method(method, comment: comments[methodPath])
            }
            let name = text(service.name)
            return ServiceType(
                name: name, fullName: qualified(name, in: package), comment: comments[path],
                methods: methods)
        }
    }

    private static func method(
        _ method: Protoc__MethodDescriptorProto, comment: String
    ) -> MethodType {
        let idempotency: MethodType.Idempotency =
            switch method.options?.pointee.idempotency_level {
            case 1: .noSideEffects
            case 2: .idempotent
            default: .unknown
            }
        return MethodType(
            name: text(method.name), comment: comment,
            input: withoutLeadingDot(text(method.input_type)),
            output: withoutLeadingDot(text(method.output_type)),
            clientStreams: method.client_streaming != 0,
            serverStreams: method.server_streaming != 0, idempotency: idempotency)
    }

    static func qualified(_ name: String, in scope: String) -> String {
        scope.isEmpty ? name : scope + "." + name
    }

    static func withoutLeadingDot(_ name: String) -> String {
        name.first == "." ? String(name.dropFirst()) : name
    }
}
