internal import OpenSSL

@testable internal import TTRPC

/// Methods of raw messages, each with one behaviour that tests need.
enum EchoMethods {
    typealias Method = MethodDescriptor<RawMessage, RawMessage>

    static let service = "ttrpc.testing.Raw"

    /// Answers with the request. Declared idempotent.
    static let unary = method("Unary", .unary, isIdempotent: true)
    /// The same, not idempotent.
    static let once = method("Once", .unary)
    /// Answers at once, except to "slow", which its async handler answers.
    static let fast = method("Fast", .unary, isIdempotent: true)
    /// Fails with the error that the fixture was given.
    static let fail = method("Fail", .unary)
    /// Answers with the metadata, a line for each pair.
    static let metadata = method("Metadata", .unary)
    /// Answers with what is known of the caller.
    static let peer = method("Peer", .unary)
    /// Answers with as many bytes as the number in the request says.
    static let large = method("Large", .unary)
    /// Counts itself as begun, waits for the gate, then answers with the request.
    static let wait = method("Wait", .unary, isIdempotent: true)
    /// Answers with as many messages as the number in the request says.
    static let serverStream = method("ServerStream", .serverStreaming)
    /// Answers with messages until it is cancelled.
    static let endless = method("Endless", .serverStreaming)
    /// Answers with the sizes of the messages, separated by commas.
    static let clientStream = method("ClientStream", .clientStreaming)
    /// Answers each message with the same message.
    static let bidi = method("Bidi", .bidirectionalStreaming)
    /// Reads nothing of the client's stream until the gate opens.
    static let deaf = method("Deaf", .clientStreaming)
    /// Nobody answers it.
    static let unknown = method("Unknown", .unary)

    private static func method(
        _ name: String, _ kind: MethodKind, isIdempotent: Bool = false
    ) -> Method {
        Method(service: service, method: name, kind: kind, isIdempotent: isIdempotent)
    }
}

/// What the handlers of `EchoMethods` share with their test.
final class EchoFixture: Sendable {
    /// What `wait` and `deaf` wait for.
    let gate = Gate()
    /// How many calls of `wait`, `once` and the endless streams have begun.
    let begun = Counter()
    /// How many handlers saw that they were cancelled.
    let cancelled = Counter()
    /// What `fail` throws.
    let error: RPCError

    init(error: RPCError = RPCError(.failedPrecondition, "as asked")) {
        self.error = error
    }

    var router: Router {
        var router = Router()
        addUnary(&router)
        addStreaming(&router)
        return router
    }

    private func addUnary(_ router: inout Router) {
        router.unary(EchoMethods.unary) { request, _ in request }
        router.unary(EchoMethods.once) { [begun] request, _ in
            begun.increment()
            return request
        }
        router.unary(EchoMethods.fast) { request, _ in RawMessage("async " + request.text) }
        router.fast(EchoMethods.fast) { request, _ throws(RPCError) in
            if request.text == "broken" { throw RPCError(.invalidArgument, "broken") }
            return request.text == "slow" ? nil : RawMessage("fast " + request.text)
        }
        router.unary(EchoMethods.fail) { [error] _, _ in throw error }
        router.unary(EchoMethods.metadata) { _, context in
            RawMessage(
                context.metadata.pairs.map { "\($0.key)=\($0.value)" }.joined(separator: "\n"))
        }
        router.unary(EchoMethods.peer) { _, context in
            let names = context.peer.certificate?.alternativeNames.uri ?? []
            let user = context.peer.credentials.map { "uid \($0.userID)" }
            let known = [context.peer.address, user].compactMap(\.self) + names
            return RawMessage(known.joined(separator: " "))
        }
        router.unary(EchoMethods.large) { request, _ in
            RawMessage(bytes: [UInt8](repeating: 7, count: Int(request.text) ?? 0))
        }
        router.unary(EchoMethods.wait) { [begun, gate, cancelled] request, _ in
            begun.increment()
            do {
                try await gate.wait()
            } catch {
                cancelled.increment()
                throw error
            }
            return request
        }
    }

    private func addStreaming(_ router: inout Router) {
        router.serverStreaming(EchoMethods.serverStream) { request, writer, _ in
            for index in 0..<(Int(request.text) ?? 0) {
                try await writer.write(RawMessage("\(index)"))
            }
        }
        router.serverStreaming(EchoMethods.endless) { [begun, cancelled] request, writer, _ in
            begun.increment()
            do {
                while true { try await writer.write(request) }
            } catch {
                cancelled.increment()
                throw error
            }
        }
        router.clientStreaming(EchoMethods.clientStream) { requests, _ in
            var sizes: [String] = []
            for try await request in requests { sizes.append("\(request.bytes.count)") }
            return RawMessage(sizes.joined(separator: ","))
        }
        router.bidirectional(EchoMethods.bidi) { [begun, cancelled] requests, writer, _ in
            begun.increment()
            do {
                for try await request in requests { try await writer.write(request) }
            } catch {
                cancelled.increment()
                throw error
            }
        }
        router.clientStreaming(EchoMethods.deaf) { [gate] requests, _ in
            try await gate.wait()
            var count = 0
            for try await _ in requests { count += 1 }
            return RawMessage("\(count)")
        }
    }
}

extension RawMessage {
    init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
