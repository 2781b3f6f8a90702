internal import Foundation

extension Deployment {
    /// The lines of the server's log that hold a text, as JSON. What tells of a call is written
    /// before the answer is, so it is there when that is.
    func logLines(with text: String) throws -> [[String: String]] {
        let log = try String(contentsOfFile: "\(folder)/tenancyd.log", encoding: .utf8)
        return try log.split(separator: "\n").filter { $0.contains(text) }.map { line in
            try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        }
    }
}
