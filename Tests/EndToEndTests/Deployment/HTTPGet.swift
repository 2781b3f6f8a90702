internal import Foundation
internal import Glibc

/// A request to the operations page, with nothing of ours on it but a socket.
struct HTTPGet {
    let status: Int
    let head: String
    let body: String

    /// Asks for a path, or sends `request` as it is.
    init(_ path: String, port: UInt16, request: String? = nil) async throws {
        let text = request ?? "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let answer = try await onOwnThread { try Self.exchange(text, port: port) }
        guard let end = answer.range(of: "\r\n\r\n"),
            let status = Int(answer.split(separator: " ").dropFirst().first ?? "")
        else { throw DeploymentError("no HTTP response: \(answer)") }
        self.status = status
        head = String(answer[..<end.lowerBound])
        body = String(answer[end.upperBound...])
    }

    private static func exchange(_ request: String, port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in.loopback(port: port)
        let connected = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw DeploymentError("connect: errno \(errno)") }
        let bytes = Array(request.utf8)
        guard send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw DeploymentError("send: errno \(errno)")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
