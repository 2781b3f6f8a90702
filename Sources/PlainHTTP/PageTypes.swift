/// What a page server answers with.
package struct PageResponse: Sendable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]

    package init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", body: String)
    {
        self.status = status
        self.contentType = contentType
        self.body = Array(body.utf8)
    }

    /// The whole response. A `HEAD` gets all but the body.
    func encoded(isHead: Bool) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        head += "Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\n"
        if status == 405 { head += "Allow: GET, HEAD\r\n" }
        head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        head += "Connection: close\r\n\r\n"
        return Array(head.utf8) + (isHead ? [] : body)
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}

/// What a page server gives to its peers, each limit by its name.
package struct PageLimits: Sendable {
    /// The bytes of a request's head.
    package var requestBytesMax = 8 << 10
    /// Connections that are open at once; one more is closed at once.
    package var connectionsMax = 64
    /// A connection, from accept to close: a peer that is slower is cut off.
    package var connectionTimeMax = Duration.seconds(10)

    package init() {}
}

/// Why a page server could not begin.
package struct PageServerError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
