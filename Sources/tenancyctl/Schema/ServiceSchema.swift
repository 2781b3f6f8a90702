internal import ProtobufSchema
internal import TenancyAPI
internal import TenancyCommandLine

/// The schema that the command was built with.
enum ServiceSchema {
    /// - Throws: `CommandFailure` with `.badAnswer`: the descriptors of this build are damaged.
    static func load() throws(CommandFailure) -> Schema {
        do throws(SchemaError) {
            return try Schema(fileDescriptorSet: TenancySchema.fileDescriptorSet)
        } catch {
            throw CommandFailure(.badAnswer, "the schema of this build: \(error)")
        }
    }
}
