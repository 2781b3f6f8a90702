internal import Foundation

/// A call as its protocol file describes it.
struct DocumentedCall: Sendable {
    /// "TenantService/GetTenant".
    let name: String
    /// Its comment, on one line.
    let comment: String

    /// Every call of the tenancy services.
    static func all() throws -> [DocumentedCall] {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        folder.appendPathComponent("Protos/bfc/tenancy/v1")
        var calls: [DocumentedCall] = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where file.hasSuffix(".proto") {
            let text = try String(
                contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            var service = ""
            var comment: [Substring] = []
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                let words = line.drop { $0 == " " }
                if words.hasPrefix("//") {
                    comment.append(words.dropFirst(3))
                    continue
                }
                if let match = words.firstMatch(of: /^service (\w+)/) {
                    service = String(match.output.1)
                } else if let match = words.firstMatch(of: /^rpc (\w+)/) {
                    calls.append(
                        DocumentedCall(
                            name: "\(service)/\(match.output.1)",
                            comment: comment.joined(separator: " ")))
                }
                comment = []
            }
        }
        return calls
    }
}

/// An error that a call's comment promises.
struct DocumentedError: Sendable, Hashable, CustomStringConvertible {
    let code: String
    /// The reason of its `ErrorInfo`; empty when none is named.
    let reason: String

    init(_ code: String, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    var description: String { reason.isEmpty ? code : "\(code) \(reason)" }
}

extension DocumentedCall {
    private static let codes: Set = [
        "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ]

    /// What every call about a tenant may answer, where a comment refers to it as such.
    private static let ofTenant: Set = [
        DocumentedError("INVALID_ARGUMENT"), DocumentedError("NOT_FOUND"),
        DocumentedError("FAILED_PRECONDITION", "TENANT_NOT_ACTIVE"),
        DocumentedError("PERMISSION_DENIED"), DocumentedError("UNAUTHENTICATED"),
    ]

    /// The errors it promises, those of another call that its comment refers to included.
    func errors(among calls: [DocumentedCall]) -> Set<DocumentedError> {
        guard let start = comment.range(of: "Errors:") else { return [] }
        let end = comment.range(of: "HTTP route")?.lowerBound ?? comment.endIndex
        var text = String(comment[start.upperBound..<end])
        var errors: Set<DocumentedError> = []
        if text.contains("of a tenant's name and status") { errors.formUnion(Self.ofTenant) }
        for reference in text.matches(of: /(?:as|those of) ([A-Z][a-z]\w+)/) {
            let other = calls.first {
                $0.name.hasSuffix("/\(reference.output.1)") && $0.name != name
            }
            errors.formUnion(other?.errors(among: calls) ?? [])
        }
        let exception = /(?:without|but for) ([A-Z_]+)(?: and ([A-Z_]+))?/
        for match in text.matches(of: exception) {
            let left = [String(match.output.1), match.output.2.map(String.init) ?? ""]
            errors = errors.filter {
                !left.contains($0.code) && ($0.reason.isEmpty || !left.contains($0.reason))
            }
        }
        text.replace(exception, with: "")
        let words = text.matches(of: /[A-Z]+(?:_[A-Z]+)+|[A-Z]{7,}/).map { String($0.output) }
        var code = ""
        for (place, word) in words.enumerated() {
            if Self.codes.contains(word) {
                code = word
                let isLast = place + 1 == words.count || Self.codes.contains(words[place + 1])
                if isLast { errors.insert(DocumentedError(word)) }
            } else if !code.isEmpty {
                errors.insert(DocumentedError(code, word))
            }
        }
        return errors
    }
}
