internal import ArgumentParser
internal import Glibc
internal import Reactor
internal import TTRPC
internal import TenancyCommandLine

/// Thousands of connections that promise large frames, and what another caller notices of them.
struct RuntimeHostileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile",
        abstract: "Promise large frames on many connections, and measure who suffers.",
        discussion: """
            Each round measures a caller in peace, then while the connections open, each with a \
            header that promises 4 MiB, and stay. Ends with 1 when the server's memory grows by \
            more than --growth-max or the median of the rounds' p99 ratios is over --p99-ratio-max.
            """)

    @OptionGroup(title: "Server options")
    var server: MeasuredServer
    @Option(help: "How many connections promise.")
    var connections = 10_000
    @Option(help: "How long each half of a round is measured.")
    var seconds = 3.0
    @Option(help: "How many rounds.")
    var rounds = 5
    @Option(help: "By how many MiB the server's memory may grow.")
    var growthMax = 200
    @Option(help: "How much longer the other caller's slowest hundredth may take.")
    var p99RatioMax = 2.0

    private static let promisedBytes: UInt32 = 4 << 20

    func run() async throws {
        try OpenFiles.allow(connections: connections)
        let atFirst = try ProcessUsage.of(server.pid)
        var ratios: [Double] = []
        var residentMax = atFirst.residentBytes
        for round in 1...max(1, rounds) {
            let calm = try await latencies()
            let attack = Attack(path: server.socket, connections: connections)
            attack.begin()
            let attacked = try await latencies()
            let during = try ProcessUsage.of(server.pid)
            try await attack.end()
            residentMax = max(residentMax, during.residentBytes)
            let ratio = Double(attacked.percentile(0.99)) / Double(max(1, calm.percentile(0.99)))
            ratios.append(ratio)
            let before = calm.percentile(0.99) / 1000
            let after = attacked.percentile(0.99) / 1000
            TextFile.print(
                "round \(round): p99 \(before) us in peace, \(after) us under attack"
                    + " (\(Self.text(ratio)) x); \(during.descriptors) descriptors\n")
        }
        let growth = (residentMax - atFirst.residentBytes) >> 20
        let ratio = ratios.sorted()[ratios.count / 2]
        TextFile.print(
            "\(connections) connections that promise 4 MiB each: memory grew by \(growth) MiB,"
                + " p99 by \(Self.text(ratio)) x (median)\n")
        guard growth <= growthMax, ratio <= p99RatioMax else {
            throw CommandFailure(.negativeAnswer, "more than is allowed")
        }
    }

    private static func text(_ ratio: Double) -> String {
        "\((ratio * 100).rounded() / 100)"
    }

    /// Four callers, each with its next call when the one before has ended.
    private func latencies() async throws -> LatencyHistogram {
        let client = try TTRPCClient(address: .unix(path: server.socket))
        let end = MonotonicInstant.now().advanced(by: .seconds(seconds))
        let histogram = try await withThrowingTaskGroup(of: LatencyHistogram.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var histogram = LatencyHistogram()
                    var begin = MonotonicInstant.now()
                    while begin < end {
                        _ = try await client.unary(
                            RuntimeService.echo, RawMessage(bytes: [1]),
                            options: CallOptions(timeout: .seconds(60)))
                        let now = MonotonicInstant.now()
                        histogram.record(nanoseconds: now.nanoseconds - begin.nanoseconds)
                        begin = now
                    }
                    return histogram
                }
            }
            return try await group.reduce(into: LatencyHistogram()) { $0.merge($1) }
        }
        await client.close()
        return histogram
    }

    /// The hostile side, on a thread of its own, because its sockets block.
    private final class Attack: Sendable {
        private let thread = BlockingThread(name: "hostile")
        private let path: String
        private let connections: Int
        private let held = LockedSockets()

        init(path: String, connections: Int) {
            self.path = path
            self.connections = connections
        }

        func begin() {
            thread.submit { [self] in
                let promise = RawUnixSocket.requestHeader(stream: 1, promising: promisedBytes)
                for index in 0..<connections {
                    // The hostile side shares the machine with the server that it attacks: without
                    // a rest it would take a core, and what is measured would be the scheduler.
                    if index.isMultiple(of: 16) { usleep(2_000) }
                    guard let socket = try? RawUnixSocket(path: path) else { return }
                    socket.send(promise + [0])
                    held.keep(socket)
                }
            }
        }

        func end() async throws {
            let count = try await thread.run { [self] in held.closeAll() }
            guard count == connections else {
                throw CommandFailure(
                    .negativeAnswer, "only \(count) of \(connections) connections were made")
            }
        }
    }
}
