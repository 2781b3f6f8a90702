internal import Logging
internal import Synchronization
internal import TTRPC
internal import Testing

@testable internal import TenancyServer

@Suite("What strangers cause to be logged")
struct BoundedLogTests {
    @Test("is so many lines a second, and the rest as a number")
    func linesOfASecond() {
        let lines = Lines()
        let log = BoundedLog(lines.logger)
        for _ in 0..<1000 { log.write(.warning, "a flood", [:], second: 1) }
        #expect(lines.all.count == BoundedLog.linesPerSecondMax)
        log.write(.warning, "a flood", [:], second: 2)
        #expect(lines.all.last?["lines_dropped_before"] == "\(1000 - BoundedLog.linesPerSecondMax)")
    }

    @Test("does not grow with the connections that are closed for being too many")
    func connectionFlood() {
        let lines = Lines()
        let events = ServerEvents(
            logger: lines.logger,
            failures: AuthenticationFailures(logger: lines.logger, perSecond: 10))
        let begin = ContinuousClock.now
        for _ in 0..<100_000 {
            events.record(.connectionOverLimit(peer: "unix", limit: "connectionsPerPeerMax"))
        }
        // Each second that was begun meanwhile has room for its own lines.
        let seconds = Int((ContinuousClock.now - begin).components.seconds) + 2
        #expect((1...seconds * BoundedLog.linesPerSecondMax).contains(lines.all.count))
    }

    /// The metadata of every line.
    private final class Lines: Sendable {
        private let lines = Mutex<[Logger.Metadata]>([])

        var all: [Logger.Metadata] { lines.withLock { $0 } }

        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

        fileprivate func append(_ line: Logger.Metadata) { lines.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.append(event.metadata ?? [:]) }
    }
}
