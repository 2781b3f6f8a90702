/// Puts encoded files together to a schema, whatever order they come in.
package struct SchemaBuilder: Sendable {
    /// How many files are taken.
    package static let filesMax = 4096

    private var files: [String: FileDescriptors.File] = [:]
    private var bytesCount = 0

    package init() {}

    /// Adds an encoded `google.protobuf.FileDescriptorProto`; one of a path that is there already
    /// is left out.
    ///
    /// - Throws: `SchemaError` for bytes that are not a file, and past the limits.
    package mutating func add(_ bytes: [UInt8]) throws(SchemaError) {
        let file = try FileDescriptors.File(bytes)
        guard files[file.path] == nil else { return }
        bytesCount += bytes.count
        guard files.count < Self.filesMax, bytesCount <= Schema.descriptorBytesMax else {
            throw SchemaError(
                "more than \(Self.filesMax) files or \(Schema.descriptorBytesMax) bytes")
        }
        files[file.path] = file
    }

    /// The files that are imported and not there yet, sorted.
    package var missing: [String] {
        Set(files.values.flatMap(\.dependencies)).filter { files[$0] == nil }.sorted()
    }

    /// - Throws: `SchemaError` for descriptors that cannot be read.
    package func schema() throws(SchemaError) -> Schema {
        var set = WireWriter()
        var seen: Set<String> = []
        func visit(_ file: FileDescriptors.File) {
            guard seen.insert(file.path).inserted else { return }
            for path in file.dependencies {
                if let dependency = files[path] { visit(dependency) }
            }
            set.lengthDelimited(1, file.bytes)
        }
        for (_, file) in files.sorted(by: { $0.key < $1.key }) { visit(file) }
        return try Schema(fileDescriptorSet: set.bytes)
    }
}
