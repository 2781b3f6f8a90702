internal import Foundation
internal import Synchronization

/// A real Postgres of the tests' own: one cluster for the process, a fresh database for each test.
///
/// A script starts it and stops it when its standard input ends, so it ends with the tests,
/// whichever way they end.
package final class TestCluster: Sendable {
    /// The cluster of this process, started when first asked for.
    package static func shared() throws -> TestCluster {
        try sharedCluster.withLock { cluster in
            if let cluster { return cluster }
            let started = try TestCluster()
            cluster = started
            return started
        }
    }

    /// The folder of the server's socket.
    package let socketFolder: String
    /// The folder of the server's programs, such as psql.
    package let programFolder: String

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    /// One question and its answer at a time.
    private let turn = Mutex(0)

    /// A cluster of one's own, for a test that stops it.
    package init() throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("cluster.sh")
        let log = FileManager.default.temporaryDirectory
            .appendingPathComponent("bfc-test-cluster-\(UUID().uuidString).log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw TestClusterError(description: "\(log.path) cannot be written")
        }
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [script.path]
        process.standardInput = input
        process.standardOutput = output
        // Not our own standard error: who waits for the end of that would wait for the clean-up.
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        do {
            socketFolder = try Self.line(output)
            programFolder = try Self.line(output)
        } catch {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw TestClusterError(description: "the cluster did not start: \(text)")
        }
        try? FileManager.default.removeItem(at: log)
    }

    deinit {
        // By a command and its answer: the end of a pipe comes only when every child that was
        // started meanwhile, and inherited it, has ended too.
        try? tell("end")
    }

    /// A new, empty database owned by `tenancy_owner`.
    package func createDatabase() throws -> TestDatabase {
        let name = turn.withLock { turn in
            turn += 1
            return "test_\(turn)"
        }
        try tell("create \(name)")
        return TestDatabase(name: name, socketFolder: socketFolder, programFolder: programFolder)
    }

    /// Stops the server.
    ///
    /// - Parameter mode: `fast` as an operator would, `immediate` as a crash would.
    package func stop(mode: String) throws { try tell("stop \(mode)") }

    package func start() throws { try tell("start") }

    private func tell(_ command: String) throws {
        try turn.withLock { _ in
            try input.fileHandleForWriting.write(contentsOf: Data("\(command)\n".utf8))
            guard try Self.line(output) == "done" else {
                throw TestClusterError(description: "\(command) failed")
            }
        }
    }

    private static func line(_ pipe: Pipe) throws -> String {
        var line: [UInt8] = []
        while let byte = try pipe.fileHandleForReading.read(upToCount: 1)?.first {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        throw TestClusterError(description: "the cluster's script has ended")
    }
}

/// Why there is no cluster.
package struct TestClusterError: Error, CustomStringConvertible {
    package let description: String
}

private let sharedCluster = Mutex<TestCluster?>(nil)
