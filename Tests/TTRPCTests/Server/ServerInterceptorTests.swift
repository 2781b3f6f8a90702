internal import Synchronization
internal import Testing

@testable internal import TTRPC

/// Several interceptors of one server, each of which knows the next.
@Suite("What several interceptors see", .timeLimit(.minutes(10)))
struct ServerInterceptorTests {
    private final class Notes: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private final class Mark: Sendable {
        let name: String
        init(_ name: String) { self.name = name }
    }

    private struct Recorder: ServerInterceptor {
        let name: String
        let notes: Notes
        var marksConnections = false
        var refusesCalls = false

        func connectionAccepted(_ peer: Peer) -> String? {
            notes.add("\(name) accepts")
            return nil
        }

        func connectionOpened(_ peer: Peer) throws(RPCError) -> (any AnyObject & Sendable)? {
            notes.add("\(name) opens")
            return marksConnections ? Mark(name) : nil
        }

        func admit(_ context: inout ServerContext) throws(RPCError) {
            let connection = (context.connection.attachment as? Mark)?.name ?? "-"
            let call = (context.attachment as? Mark)?.name ?? "-"
            notes.add("\(name) admits \(connection) \(call)")
            if refusesCalls { throw RPCError(.permissionDenied, "not by \(name)") }
            context.attachment = Mark(name)
        }

        func callEnded(
            _ context: borrowing ServerContext, code: RPCError.Code, duration: Duration
        ) {
            let call = (context.attachment as? Mark)?.name ?? "-"
            notes.add("\(name) ends \(code) \(call)")
        }
    }

    private func call(_ interceptors: [Recorder]) async throws {
        try await TestServer.run(interceptors: interceptors) { server in
            try await server.withClient { client in
                _ = try await client.unary(
                    EchoMethods.unary, RawMessage("x"), options: .defaults)
            }
        }
    }

    @Test("each sees what those before it left; of a connection's marks the last one stays")
    func order() async throws {
        let notes = Notes()
        try await call([
            Recorder(name: "a", notes: notes, marksConnections: true),
            Recorder(name: "b", notes: notes, marksConnections: true),
            Recorder(name: "c", notes: notes),
        ])
        #expect(
            notes.all == [
                "a accepts", "b accepts", "c accepts", "a opens", "b opens", "c opens",
                "a admits b -", "b admits b a", "c admits b b",
                "a ends OK c", "b ends OK c", "c ends OK c",
            ])
    }

    @Test("who comes after one that refuses a call is not asked, and hears of its end")
    func refusal() async throws {
        let notes = Notes()
        let error = await #expect(throws: RPCError.self) {
            try await call([
                Recorder(name: "a", notes: notes),
                Recorder(name: "b", notes: notes, refusesCalls: true),
                Recorder(name: "c", notes: notes),
            ])
        }
        #expect(error?.message == "not by b")
        #expect(
            Array(notes.all.dropFirst(6)) == [
                "a admits - -", "b admits - a", "a ends PERMISSION_DENIED a",
                "b ends PERMISSION_DENIED a", "c ends PERMISSION_DENIED a",
            ])
    }
}
