internal import ProtobufSchema

/// An enumeration becomes a struct around its number, so that a value of a later version of the
/// .proto file is kept as it is.
struct EnumGenerator {
    let type: EnumType
    /// The Swift name with outer types.
    let name: String

    func write(to out: inout CodeWriter) {
        let short = name.split(separator: ".").last.map(String.init) ?? name
        // The first of several names of one number is the one that is shown.
        var seen: Set<Int32> = []
        let distinct = type.values.filter { seen.insert($0.number).inserted }
        out.documentation(type.comment, or: "The enumeration `\(type.fullName)`.")
        // All that a caller compares is inlinable: the generic `==` of what is represented by a
        // number would be called through tables.
        out.line("@frozen")
        out.block(
            "public struct \(short): RawRepresentable, Hashable, Sendable, CustomStringConvertible"
        ) { out in
            out.line("/// The number on the wire; any number is possible.")
            out.line("public let rawValue: Int32")
            out.line()
            out.line("/// The value of a number, known or not.")
            out.line("@inlinable")
            out.block("public init(rawValue: Int32)") { $0.line("self.rawValue = rawValue") }
            out.line()
            out.line("/// Whether both are the same number.")
            out.line("@inlinable")
            out.block("public static func == (left: \(short), right: \(short)) -> Bool") {
                $0.line("left.rawValue == right.rawValue")
            }
            for value in type.values {
                out.line()
                out.documentation(value.comment, or: "`\(value.name)`.")
                let constant = Names.constant(value, of: type)
                let body = "\(short)(rawValue: \(value.number))"
                out.line("@inlinable public static var \(constant): \(short) { \(body) }")
            }
            out.line()
            out.line("/// Every value of the .proto file, in its order.")
            let all = distinct.map { ".\(Names.constant($0, of: type))" }.joined(separator: ", ")
            out.line("public static var allKnown: [\(short)] { [\(all)] }")
            out.line()
            out.line("/// The name in the .proto file; `nil` for an unknown number.")
            out.block("public var name: String?") { out in
                out.block("switch rawValue") { out in
                    for value in distinct { out.line("case \(value.number): \"\(value.name)\"") }
                    out.line("default: nil")
                }
            }
            out.line()
            out.line("/// The name in the .proto file, or the number.")
            out.line("public var description: String { name ?? String(rawValue) }")
        }
    }
}
