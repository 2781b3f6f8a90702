/// Builds a text line by line, indented by depth.
struct CodeWriter {
    private(set) var text = ""
    private var depth = 0

    mutating func line(_ line: String = "") {
        if !line.isEmpty {
            text += String(repeating: "    ", count: depth)
            text += line
        }
        text += "\n"
    }

    /// An opening line, what is inside, and a closing brace.
    mutating func block(_ opening: String, _ body: (inout CodeWriter) -> Void) {
        line(opening + " {")
        depth += 1
        body(&self)
        depth -= 1
        line("}")
    }

    /// A comment of the .proto file as a doc comment, or `fallback` where there is none.
    mutating func documentation(_ comment: String, or fallback: String) {
        let comment = comment.isEmpty ? fallback : comment
        for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
            self.line(line.isEmpty ? "///" : "/// \(line)")
        }
    }
}
