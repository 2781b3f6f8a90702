internal import CDescriptorProtos
internal import CProtobufC

/// What protoc asks of a plugin.
package struct GeneratorRequest: Sendable {
    /// The paths of the files to generate for.
    package let filesToGenerate: [String]
    /// What the caller passed behind `--swift-ttrpc_out=`.
    package let parameter: String
    /// Every file, each after those that it imports.
    package let files: [SchemaFile]
    /// An encoded FileDescriptorSet for each of the files; all of them together are one set.
    package let fileDescriptorSets: [[UInt8]]

    /// Reads an encoded `google.protobuf.compiler.CodeGeneratorRequest`.
    package init(_ bytes: [UInt8]) throws(SchemaError) {
        (filesToGenerate, parameter, files) = try DescriptorReader.unpack(
            bytes, protoc__code_generator_request__at(), as: Protoc__CodeGeneratorRequest.self
        ) { (pointer) throws(SchemaError) -> ([String], String, [SchemaFile]) in
            let request = pointer.pointee
            return (
                DescriptorReader.strings(request.file_to_generate, request.n_file_to_generate),
                DescriptorReader.text(request.parameter),
                try DescriptorReader.list(
                    request.proto_file, request.n_proto_file, DescriptorReader.file)
            )
        }
        // The set holds the files as protoc encoded them, with all that our C schema leaves out.
        var reader = WireReader(bytes[...])
        var sets: [[UInt8]] = []
        while let field = try reader.next() {
            guard field.number == 15, case .bytes(let file) = field.value else { continue }
            var set = WireWriter()
            set.lengthDelimited(1, file)
            sets.append(set.bytes)
        }
        fileDescriptorSets = sets
    }
}

/// What a plugin answers protoc.
package enum GeneratorResponse {
    /// An encoded `google.protobuf.compiler.CodeGeneratorResponse` with files.
    package static func encode(files: [(path: String, text: String)]) -> [UInt8] {
        var response = WireWriter()
        for (path, text) in files {
            var file = WireWriter()
            file.lengthDelimited(1, path.utf8)
            file.lengthDelimited(15, text.utf8)
            response.lengthDelimited(15, file.bytes)
        }
        return response.bytes
    }

    /// An encoded `google.protobuf.compiler.CodeGeneratorResponse` that says what is wrong.
    package static func encode(error: String) -> [UInt8] {
        var response = WireWriter()
        response.lengthDelimited(1, error.utf8)
        return response.bytes
    }
}
