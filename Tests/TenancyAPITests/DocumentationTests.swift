internal import Foundation
internal import TenancyAPI
internal import Testing

/// What the protocol files and the README say of the calls, as text.
@Suite("The documentation of the calls") struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private struct Call {
        let service: String
        let method: String
        /// Its comment, on one line.
        let comment: String

        /// The routes of the original that it names.
        var routes: [String] {
            guard let place = comment.range(of: "HTTP route it replaces:") else { return [] }
            return comment[place.upperBound...].matches(
                of: /(GET|POST|PUT|DELETE) \/api\/[A-Za-z:\/-]+/
            ).map { String($0.output.0) }
        }
    }

    /// Every call of the protocol files.
    private static func calls() throws -> [Call] {
        let folder = root.appendingPathComponent("Protos/bfc/tenancy/v1")
        var calls: [Call] = []
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
                        Call(
                            service: service, method: String(match.output.1),
                            comment: comment.joined(separator: " ")))
                }
                comment = []
            }
        }
        return calls
    }

    @Test("says of each what it does, who may call it, its errors and the route it replaces")
    func comments() throws {
        let calls = try Self.calls()
        let known = TenancyServices.all.filter { $0.name.hasPrefix("bfc.tenancy.v1.") }
            .flatMap { service in service.methods.map { "\(service.name).\($0.name)" } }
        #expect(
            Set(calls.map { "bfc.tenancy.v1.\($0.service).\($0.method)" }) == Set(known))
        for call in calls {
            #expect(call.comment.hasPrefix(call.method), "\(call.service)/\(call.method)")
            for part in ["Who may call:", "Errors:", "HTTP route it replaces:"] {
                #expect(
                    call.comment.contains(part), "\(call.service)/\(call.method): no \(part)")
            }
        }
    }

    @Test("lists each in the README, with the route beside it")
    func readme() throws {
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        for call in try Self.calls() {
            let row = rows.first {
                $0.hasPrefix("| `\(call.service)/")
                    && ($0.contains("/\(call.method)`") || $0.contains("`\(call.method)`"))
            }
            guard let row else {
                Issue.record("README.md does not list \(call.service)/\(call.method)")
                continue
            }
            if call.routes.isEmpty {
                #expect(row.hasSuffix("| – |"), "\(row)")
            } else {
                for route in call.routes { #expect(row.contains("`\(route)`"), "\(row)") }
            }
        }
    }
}
