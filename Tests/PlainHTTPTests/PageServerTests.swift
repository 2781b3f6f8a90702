internal import Glibc
internal import Testing

@testable internal import PlainHTTP

@Suite("The server of pages", .timeLimit(.minutes(10)))
struct PageServerTests {
    /// A client of blocking reads on a thread of the test's own.
    private final class Peer {
        private let descriptor: CInt

        init(_ port: UInt16) throws {
            descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
            let number = descriptor
            let result = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0)
        }

        deinit {
            close(descriptor)
        }

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        }

        /// Everything until the server closes.
        func receive() -> String {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return String(decoding: all, as: UTF8.self) }
                all += buffer[..<count]
            }
        }
    }

    private func run(
        _ limits: PageLimits = PageLimits(), handler: @escaping PageHandler,
        _ body: (UInt16) throws -> Void
    ) async throws {
        let server = try PageServer(port: 0, limits: limits, handler: handler)
        let task = Task { try await server.run() }
        try body(server.port)
        task.cancel()
        try await task.value
    }

    @Test("answers a page of any size and closes")
    func large() async throws {
        let text = String(repeating: "0123456789", count: 500_000)
        try await run(handler: { $0 == "/large" ? PageResponse(body: text) : nil }) { port in
            let peer = try Peer(port)
            peer.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = peer.receive()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("Content-Length: 5000000\r\n"))
            #expect(answer.hasSuffix(text))
            let other = try Peer(port)
            other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(other.receive().hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        }
    }

    @Test("cuts a peer off that takes too long")
    func slow() async throws {
        var limits = PageLimits()
        limits.connectionTimeMax = .milliseconds(50)
        try await run(limits, handler: { _ in nil }) { port in
            let peer = try Peer(port)
            peer.send("GET / HT")
            #expect(peer.receive().isEmpty)
        }
    }

    @Test("closes what is over its limit of connections")
    func connections() async throws {
        var limits = PageLimits()
        limits.connectionsMax = 2
        try await run(limits, handler: { PageResponse(body: $0) }) { port in
            let first = try Peer(port)
            let second = try Peer(port)
            // Taken in this order, so the two before are there when the third is closed.
            #expect(try Peer(port).receive().isEmpty)
            for peer in [first, second] {
                peer.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(peer.receive().hasSuffix("\r\n\r\n/x"))
            }
        }
    }

    @Test("does not share its port")
    func taken() async throws {
        try await run(handler: { _ in nil }) { port in
            #expect(throws: PageServerError.self) {
                try PageServer(port: port, handler: { _ in nil })
            }
        }
    }
}
