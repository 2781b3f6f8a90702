internal import Testing

@testable internal import Postgres

@Suite("Pipeline, as a structure")
struct PipelineTests {
    private typealias Line = Pipeline<String>

    private static let refused = PostgresError(.server, "no", sqlState: .uniqueViolation)
    private static let stale = PostgresError(.server, "no", sqlState: .featureNotSupported)
    private static let gone = PostgresError(.connectionLost, "gone")

    /// A request that prepares its statement, and one that is a transaction behind it.
    private static var two: Line {
        var line = Line()
        line.expect(.preparation("a", text: "SELECT"))
        line.expect(.ignoredSync)
        line.expect(.statement("a", text: "SELECT"))
        line.expect(.sync("a", isLast: true))
        line.expect(.statement("b", text: nil))
        line.expect(.sync("b", isLast: false))
        line.expect(.commit("b"))
        line.expect(.sync("b", isLast: true))
        return line
    }

    private static func told(_ action: Line.Action) -> String {
        switch action {
        case .none: "-"
        case .keep(let work): "keep \(work)"
        case .rolledBack(let work): "undone \(work)"
        case .fail(let work, let error, let text):
            "fail \(work) \(error.code)" + (text.map { " forget \($0)" } ?? "")
        case .finish(let work): "finish \(work)"
        case .lose: "lose"
        }
    }

    private static let cases: [(String, [Line.Answer], [String])] = [
        (
            "all is well", [.rows, .sync, .rows, .sync, .rows, .sync, .rows, .sync],
            ["-", "-", "keep a", "finish a", "keep b", "-", "-", "finish b"]
        ),
        (
            "a statement that cannot be prepared fails alone",
            [.failed(refused), .sync, .failed(refused), .sync, .rows, .sync, .rows, .sync],
            [
                "fail a server forget SELECT", "-", "fail a server", "finish a", "keep b", "-", "-",
                "finish b",
            ]
        ),
        (
            "what fails at the sync fails before the sync comes",
            [.rows, .sync, .rows, .failed(refused), .sync, .rows, .sync, .rows, .sync],
            [
                "-", "-", "keep a", "fail a server", "finish a", "keep b", "-", "-", "finish b",
            ]
        ),
        (
            "a statement whose tables have changed is forgotten",
            [.rows, .sync, .failed(stale), .sync],
            ["-", "-", "fail a server forget SELECT", "finish a"]
        ),
        (
            "a failure undoes the transaction it is in",
            [.rows, .sync, .rows, .sync, .failed(refused), .sync, .rolledBack, .sync],
            [
                "-", "-", "keep a", "finish a", "fail b server", "-", "fail b aborted", "finish b",
            ]
        ),
        ("a fatal error ends all", [.rows, .sync, .failed(gone)], ["-", "-", "lose"]),
        ("answers of the wrong kind end all", [.sync], ["lose"]),
    ]

    @Test("each answer goes to whom it belongs", arguments: cases.map(\.0))
    func answers(name: String) throws {
        let (_, answers, expected) = try #require(Self.cases.first { $0.0 == name })
        var line = Self.two
        #expect(answers.map { Self.told(line.receive($0)) } == expected)
    }

    @Test("an answer that nobody waits for ends the connection")
    func unasked() {
        var line = Line()
        #expect(Self.told(line.receive(.rows)) == "lose")
        #expect(Self.told(line.receive(.failed(Self.refused))) == "lose")
    }

    @Test("who waits when the connection is lost is named once, in order")
    func lost() {
        var line = Self.two
        _ = line.receive(.rows)
        #expect(line.takeAll() == ["a", "b"])
        #expect(line.isEmpty)
        #expect(line.takeAll().isEmpty)
    }
}
