internal import Glibc
internal import Synchronization
internal import TTRPC
internal import TenancyAPI
internal import Testing

/// Three servers on one Postgres, the last of which can be cut off from it.
struct KeyFleet {
    let deployment: Deployment
    let relay: DatabaseRelay
    let last: Deployment.AnotherServer
    private let second: Deployment.AnotherServer

    static func run(_ body: (KeyFleet, [Member]) async throws -> Void) async throws {
        let deployment = try await Deployment()
        let relay = try DatabaseRelay(
            to: deployment.postgres, in: "\(deployment.folder)/relay")
        defer { relay.end() }
        let fleet = KeyFleet(
            deployment: deployment, relay: relay,
            last: try await deployment.startAnotherServer("last", postgres: relay.folder),
            second: try await deployment.startAnotherServer("second"))
        try await fleet.withMembers { try await body(fleet, $0) }
        try await deployment.shutdown()
    }

    /// One of the servers, as an administrator and as a program reach it.
    struct Member: Sendable {
        let name: String
        let administrator: Services
        let program: Services
    }

    private func withMembers(_ body: ([Member]) async throws -> Void) async throws {
        let nobody = deployment.anonymousTLS
        try await deployment.withServices(over: .unix) { first in
            try await deployment.withServices(over: nobody) { firstProgram in
                try await deployment.withServices(of: second) { other in
                    try await deployment.withServices(of: second, over: nobody) { otherProgram in
                        try await deployment.withServices(of: last) { third in
                            try await deployment.withServices(of: last, over: nobody) {
                                try await body([
                                    Member(
                                        name: "first", administrator: first,
                                        program: firstProgram),
                                    Member(
                                        name: "second", administrator: other,
                                        program: otherProgram),
                                    Member(name: "last", administrator: third, program: $0),
                                ])
                            }
                        }
                    }
                }
            }
        }
    }

    /// Uses a key of the tenant on every server all the time while `finish` ends it. What is
    /// asked after `finish` has returned must be refused everywhere.
    ///
    /// - Parameter refusal: What every server says of the key then.
    static func use(
        _ key: String, of code: String, on members: [Member], until refusal: ApiKeyRefusal,
        _ finish: () async throws -> Void
    ) async throws {
        for member in members {
            for _ in 0..<5 {
                #expect(try await member.administrator.verify(key).valid, "\(member.name)")
            }
            _ = try await member.program.check(.users, of: code, options: .bearing(key))
        }
        let questions = members.flatMap { member -> [Question] in
            let verified = Question(name: "\(member.name), verified") {
                let answer = try await member.administrator.verify(key)
                return answer.refusal == refusal && !answer.valid
            }
            let used = Question(name: "\(member.name), used") {
                let code = await Self.code {
                    try await member.program.check(.users, of: code, options: .bearing(key))
                }
                return code == .unauthenticated
            }
            return [verified, used]
        }
        try await ask(questions, while: finish)
    }

    /// Something to ask of a server again and again.
    struct Question: Sendable {
        let name: String
        let isRefused: @Sendable () async throws -> Bool
    }

    /// Asks everything all the time while `finish` ends what it is about. What is asked after
    /// `finish` has returned must be refused.
    static func ask<Answer>(
        _ questions: [Question], while finish: () async throws -> Answer
    ) async throws -> Answer {
        let end = End()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            for question in questions {
                tasks.addTask {
                    var refused = 0
                    while refused < 20 {
                        let mustRefuse = end.isReached.load(ordering: .acquiring)
                        let isRefused = try await question.isRefused()
                        guard mustRefuse else { continue }
                        #expect(isRefused, "\(question.name)")
                        refused += 1
                    }
                }
            }
            let answer = try await finish()
            end.isReached.store(true, ordering: .releasing)
            try await tasks.waitForAll()
            return answer
        }
    }

    private final class End: Sendable {
        let isReached = Atomic(false)
    }

    /// How a call failed; nil when it did not.
    static func code<Answer>(
        of call: () async throws -> Answer
    ) async -> RPCError.Code? {
        do {
            _ = try await call()
            return nil
        } catch {
            return (error as? RPCError)?.code ?? .unknown
        }
    }
}
