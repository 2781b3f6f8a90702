/// A table in plain text, its columns as wide as their widest cell.
package struct TextTable {
    /// On which side the text of a column stands.
    package enum Alignment: Sendable {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]]

    /// - Parameter columns: The headings.
    package init(_ columns: [(title: String, alignment: Alignment)]) {
        alignments = columns.map(\.alignment)
        rows = [columns.map(\.title)]
    }

    /// Adds a row; a missing cell is empty, and one too many is dropped.
    package mutating func append(_ cells: [String]) {
        rows.append(alignments.indices.map { $0 < cells.count ? cells[$0] : "" })
    }

    /// The table, each row on a line of its own, without spaces at the ends of lines.
    package var text: String {
        let widths = alignments.indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += alignments[column] == .right ? padding + cell : cell + padding
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
