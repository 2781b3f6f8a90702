internal import ProtobufSchema

extension Generator {
    /// The services and methods as a list, for what must hold for every method.
    func serviceList(_ files: [SchemaFile]) -> String {
        var out = header(of: "the services of all files")
        out.line("public import TTRPC")
        out.line()
        out.line("/// Every service of the .proto files with its methods.")
        out.block("public enum \(options.servicesName)") { out in
            writeListTypes(to: &out)
            out.line()
            out.line("/// Every service, in the order of the files.")
            out.line("public static let all: [Service] = [")
            for service in files.flatMap(\.services) {
                out.line("    Service(name: \"\(service.fullName)\", methods: [")
                for method in service.methods {
                    let kind = ServiceGenerator.kind(method)
                    out.line("        Method(")
                    out.line("            name: \"\(method.name)\", kind: .\(kind),")
                    out.line("            isIdempotent: \(method.idempotency != .unknown),")
                    out.line("            request: \"\(method.input)\",")
                    out.line("            response: \"\(method.output)\"),")
                }
                out.line("    ]),")
            }
            out.line("]")
        }
        return out.text
    }

    private func writeListTypes(to out: inout CodeWriter) {
        out.line("/// One service.")
        out.block("public struct Service: Sendable, Hashable") { out in
            out.line("/// The full name.")
            out.line("public let name: String")
            out.line("/// The methods in the order of the file.")
            out.line("public let methods: [Method]")
        }
        out.line()
        out.line("/// One method.")
        out.block("public struct Method: Sendable, Hashable") { out in
            out.line("/// The name within the service.")
            out.line("public let name: String")
            out.line("/// How many messages go each way.")
            out.line("public let kind: MethodKind")
            out.line("/// Whether calling twice does what calling once does.")
            out.line("public let isIdempotent: Bool")
            out.line("/// The full name of the request type.")
            out.line("public let request: String")
            out.line("/// The full name of the response type.")
            out.line("public let response: String")
        }
    }

    /// The descriptors with their comments, as text: a long array literal would cost the compiler
    /// minutes. Each file has a text of its own, so that a change of one leaves the others alone.
    func descriptorSet() -> String {
        var out = header(of: "the descriptors of all files")
        out.line("/// The .proto files as descriptors.")
        out.block("public enum \(options.schemaName)") { out in
            out.line("/// An encoded `google.protobuf.FileDescriptorSet`, comments included.")
            out.line("public static let fileDescriptorSet: [UInt8] = base64.flatMap(decode)")
            out.line()
            out.block("private static func decode(_ text: StaticString) -> [UInt8]") { out in
                out.line("var bytes: [UInt8] = []")
                out.line("bytes.reserveCapacity(text.utf8CodeUnitCount / 4 * 3)")
                out.line("var bits: UInt32 = 0")
                out.line("var count = 0")
                out.block("for index in 0..<text.utf8CodeUnitCount") { out in
                    out.line("let value: UInt8")
                    out.block("switch text.utf8Start[index]") { out in
                        out.line("case let letter where letter >= 97: value = letter &- 71")
                        out.line("case let letter where letter >= 65: value = letter &- 65")
                        out.line("case let digit where digit >= 48: value = digit &+ 4")
                        out.line("case 43: value = 62")
                        out.line("default: value = 63")
                    }
                    out.line("bits = bits << 6 | UInt32(value)")
                    out.line("count += 6")
                    out.line("guard count >= 8 else { continue }")
                    out.line("count -= 8")
                    out.line("bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))")
                }
                out.line("return bytes")
            }
            out.line()
            out.line("private static let base64: [StaticString] = [")
            for (file, set) in zip(request.files, request.fileDescriptorSets) {
                out.line("    // \(file.path)")
                out.line("    \"\"\"")
                let text = Self.base64(set)
                var rest = text[...]
                while !rest.isEmpty {
                    let line = rest.prefix(92)
                    rest = rest.dropFirst(92)
                    out.line("    \(line)\(rest.isEmpty ? "" : "\\")")
                }
                out.line("    \"\"\",")
            }
            out.line("]")
        }
        return out.text
    }

    private func header(of content: String) -> CodeWriter {
        var out = CodeWriter()
        out.line("// swift-format-ignore-file")
        out.line("// Generated by protoc-gen-swift-ttrpc from \(content). Do not edit.")
        out.line()
        return out
    }

    /// Without padding; the decoder beside it needs none.
    private static func base64(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes).prefix { $0 != "=" })
    }
}
