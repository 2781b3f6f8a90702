internal import ArgumentParser
internal import Glibc
internal import Reactor
internal import TTRPC
internal import TenancyCommandLine

/// Many calls, connects and cancelled streams: neither side may hold more after than before.
struct RuntimeLeaksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaks",
        abstract: "Repeat calls, connects and cancelled streams, and look for what stays.",
        discussion: """
            A tenth of each comes first and does not count, so that buffers have their size. Ends \
            with 1 when the memory of the server or of this client grows by more than a byte for \
            each repetition in every one of \(roundsMax) rounds, as a leak does and a heap that \
            settles does not, or when descriptors stay open.
            """)

    @OptionGroup(title: "Server options")
    var server: MeasuredServer
    @Option(help: "How many calls.")
    var calls = 10_000_000
    @Option(help: "How many connects, each with a call.")
    var connects = 1_000_000
    @Option(help: "How many streams that are cancelled.")
    var streams = 100_000

    private static let roundsMax = 3
    private static let connections = 16
    private static let inFlight = 16

    func run() async throws {
        var failures: [String] = []
        failures += try await measureCalls()
        failures += try await measure("connects", connects) { try await makeConnects($0) }
        failures += try await measureStreams()
        guard failures.isEmpty else {
            throw CommandFailure(.negativeAnswer, failures.joined(separator: "; "))
        }
    }

    /// Runs `body` in rounds and compares what is held before and after each, until one leaves
    /// nothing behind.
    private func measure(
        _ name: String, _ count: Int, _ body: (Int) async throws -> Void
    ) async throws -> [String] {
        guard count > 0 else { return [] }
        try await body(max(1, count / 10))
        var failures: [String] = []
        for _ in 0..<Self.roundsMax {
            failures = try await measureRound(name, count, body)
            if failures.isEmpty { break }
        }
        return failures
    }

    private func measureRound(
        _ name: String, _ count: Int, _ body: (Int) async throws -> Void
    ) async throws -> [String] {
        let pids = [("server", server.pid), ("client", getpid())]
        let before = try pids.map { try ProcessUsage.of($0.1) }
        try await body(count)
        try await settle(before[0].descriptors)
        var failures: [String] = []
        for (index, (side, pid)) in pids.enumerated() {
            let after = try ProcessUsage.of(pid)
            let growth = after.residentBytes - before[index].residentBytes
            let opened = after.descriptors - before[index].descriptors
            let slope = (Double(growth) / Double(count) * 1000).rounded() / 1000
            TextFile.print(
                "\(count) \(name): \(side) \(growth >> 10) KiB more, \(slope) bytes each,"
                    + " \(opened) descriptors more\n")
            if growth > count { failures.append("\(side): memory grows with \(name)") }
            if opened > 0 { failures.append("\(side): descriptors stay open after \(name)") }
        }
        return failures
    }

    /// The server closes a connection after its peer has: it has a moment for the last ones.
    private func settle(_ descriptors: Int) async throws {
        for _ in 0..<100 where try ProcessUsage.of(server.pid).descriptors > descriptors {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// One client for all of it: another one has threads of its own, and a heap for each.
    private func measureCalls() async throws -> [String] {
        let group = try EventLoopGroup(count: 1, name: "leaks")
        var configuration = ClientConfiguration()
        configuration.connectionsPerClient = Self.connections
        let client = try TTRPCClient(
            address: .unix(path: server.socket), configuration: configuration, group: group)
        let failures = try await measure("calls", calls) { count in
            try await makeCalls(client, group, count)
        }
        await client.close()
        try await BlockingThread.shared.run { group.shutdown() }
        return failures
    }

    private func makeCalls(
        _ client: TTRPCClient, _ group: EventLoopGroup, _ count: Int
    ) async throws {
        let callers = Self.connections * Self.inFlight
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for caller in 0..<callers {
                tasks.addTask(executorPreference: group.next()) {
                    for _ in 0..<Self.share(of: count, caller, callers) {
                        _ = try await client.unary(
                            RuntimeService.echo, RawMessage(bytes: [1, 2, 3]), options: .defaults)
                    }
                }
            }
            try await tasks.waitForAll()
        }
    }

    private static func share(of count: Int, _ caller: Int, _ callers: Int) -> Int {
        count / callers + (caller < count % callers ? 1 : 0)
    }

    private func makeConnects(_ count: Int) async throws {
        let path = server.socket
        try await BlockingThread.shared.run {
            let request = RawSocket.echoRequest(stream: 1)
            var buffer = [UInt8](repeating: 0, count: 256)
            for _ in 0..<count {
                let socket = try RawSocket(.unix(path: path))
                socket.send(request)
                guard socket.receive(into: &buffer) > 0 else {
                    throw CommandFailure(.negativeAnswer, "a connection was closed unanswered")
                }
            }
        }
    }

    private func measureStreams() async throws -> [String] {
        let client = try TTRPCClient(address: .unix(path: server.socket))
        let failures = try await measure("cancelled streams", streams) { count in
            try await cancelStreams(client, count)
        }
        await client.close()
        return failures
    }

    private func cancelStreams(_ client: TTRPCClient, _ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for caller in 0..<Self.inFlight {
                tasks.addTask {
                    for _ in 0..<Self.share(of: count, caller, Self.inFlight) {
                        let call = try await client.bidirectional(
                            RuntimeService.watch, options: .defaults)
                        var answers = call.responses.makeAsyncIterator()
                        guard try await answers.next() != nil else {
                            throw CommandFailure(.negativeAnswer, "a stream ended by itself")
                        }
                        // Nobody holds the call any more: it is given up.
                    }
                }
            }
            try await tasks.waitForAll()
        }
    }
}
