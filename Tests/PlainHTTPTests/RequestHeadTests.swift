internal import Testing

@testable internal import PlainHTTP

@Suite("The head of a request")
struct RequestHeadTests {
    private static let head = "GET /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n"

    private func step(_ text: String, bytesMax: Int = 1000) -> RequestHead.Step {
        var head = RequestHead(bytesMax: bytesMax)
        return head.receive(Array(text.utf8))
    }

    @Test("is a path and a method, without the query")
    func request() {
        #expect(step(Self.head) == .request(path: "/metrics", isHead: false))
        #expect(
            step("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n") == .request(path: "/", isHead: true))
        #expect(step("GET / HTTP/1.0\r\n\r\n") == .request(path: "/", isHead: false))
    }

    @Test("may come in pieces of any size", arguments: 1..<8)
    func pieces(size: Int) {
        var head = RequestHead(bytesMax: 1000)
        let bytes = Array(Self.head.utf8)
        var steps: [RequestHead.Step] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            steps.append(head.receive(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(steps.last == .request(path: "/metrics", isHead: false))
        #expect(steps.dropLast().allSatisfy { $0 == .more })
    }

    @Test(
        "is refused when it is not one",
        arguments: [
            ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405), ("GET / HTTP/2.0\r\n\r\n", 505),
            ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("hello\r\n\r\n", 400),
            ("GET metrics HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("\r\n\r\n", 400),
            ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ])
    func refused(text: String, status: Int) {
        #expect(step(text) == .refuse(status: status))
    }

    @Test("is bounded, whether it ends or not")
    func tooLong() {
        let long = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 100)
        #expect(step(long, bytesMax: 100) == .refuse(status: 431))
        #expect(step(long + "\r\n\r\n", bytesMax: 100) == .refuse(status: 431))
        #expect(step(long, bytesMax: 200) == .more)
    }
}
