internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Memory that clients would like the server to spend", .timeLimit(.minutes(5)))
struct HostileMemoryTests {
    private static let connectionCount = 2000

    @Test("2,000 headers that promise 4 MiB cost what came, not what was promised")
    func promises() async throws {
        let deployment = try await Deployment()
        let socket = deployment.socket
        let before = try deployment.serverResidentBytes()
        let promise = RawFrame(
            stream: 3, type: RawFrame.request, data: [0], claimedLength: 4 << 20)
        let opening = try RawFrame.healthCheck(stream: 1).bytes + promise.bytes
        let growth = try await onOwnThread {
            let connections = try (0..<Self.connectionCount).map { _ in
                let connection = try RawConnection.unix(socket)
                connection.send(opening)
                return connection
            }
            for connection in connections {
                guard try connection.receive()?.statusCode == .ok else {
                    throw DeploymentError("a connection was refused")
                }
                while connection.bytesNotYetRead > 0 { sched_yield() }
            }
            return try deployment.serverResidentBytes() - before
        }
        // 8 GiB were promised. 64 KiB a connection is more than any idle connection needs.
        #expect(growth < Self.connectionCount * 64 << 10, "\(growth) bytes")
        try await deployment.withServices(over: .unix) { services in
            let answer = try await services.health.check(.init())
            #expect(answer.status == .serving)
        }
        try await deployment.shutdown()
    }

    @Test("a client that never reads is no longer read from")
    func neverReads() async throws {
        let deployment = try await Deployment()
        let socket = deployment.socket
        let before = try deployment.serverResidentBytes()
        let (sent, growth) = try await onOwnThread {
            let deaf = try RawConnection.unix(socket)
            let other = try RawConnection.unix(socket)
            var stream: UInt32 = 1
            var otherStream: UInt32 = 1
            var sent = 0
            var refusals = 0
            var pending: [UInt8] = []
            // Between two attempts another client has an answer, so the server had its turn.
            while refusals < 200 {
                while pending.count < 64 << 10 {
                    pending += try RawFrame.healthCheck(stream: stream).bytes
                    stream += 2
                }
                if let count = deaf.sendWithoutWaiting(pending) {
                    pending.removeFirst(count)
                    sent += count
                    refusals = 0
                } else {
                    other.send(try RawFrame.healthCheck(stream: otherStream).bytes)
                    guard try other.receive()?.statusCode == .ok else {
                        throw DeploymentError("the other client was refused")
                    }
                    otherStream += 2
                    refusals += 1
                }
            }
            return (sent, try deployment.serverResidentBytes() - before)
        }
        // unsentBytesHigh is 1 MiB, and an answer is shorter than its request.
        #expect(growth < 32 << 20, "\(growth) bytes after \(sent) sent")
        try await deployment.shutdown()
    }
}

extension Deployment {
    /// The memory `tenancyd` holds, as the kernel counts it.
    func serverResidentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(serverProcessID)/status", encoding: .utf8)
        for line in status.split(separator: "\n") where line.hasPrefix("VmRSS:") {
            let digits = line.filter(\.isNumber)
            if let kibibytes = Int(digits) { return kibibytes << 10 }
        }
        throw DeploymentError("no VmRSS in the status of \(serverProcessID)")
    }
}
