internal import Foundation
package import ProtobufSchema

/// One call of Interop/vectors: what is asked and answered, and the frames that carry it.
package struct GoldenCall: Sendable, CustomStringConvertible {
    /// A message as its type, its proto3 JSON and its bytes.
    package struct Message: Sendable {
        package let type: String
        package let json: JSONValue
        package let bytes: [UInt8]
    }

    /// What a call ended with, other than well.
    package struct Status: Sendable {
        package let code: Int32
        package let message: String
        /// The type's URL and the bytes of each.
        package let details: [(typeURL: String, value: [UInt8])]
    }

    /// One frame, header and data.
    package struct Frame: Sendable {
        package let isFromClient: Bool
        package let connection: Int
        package let bytes: [UInt8]
    }

    package let name: String
    package let service: String
    package let method: String
    package let timeoutMilliseconds: Int64?
    package let metadata: [(key: String, value: String)]
    /// Whether a server of the echo service answers with exactly these frames.
    package let isEcho: Bool
    package let requests: [Message]
    package let responses: [Message]
    package let status: Status?
    package let frames: [Frame]

    package var description: String { "\(service)/\(method): \(name)" }
}

extension GoldenCall {
    /// Something in a file is not as README.md beside the files says.
    package struct Malformed: Error {
        package let what: String
    }

    /// Every request, response and frame of every method.
    package static func methods() throws -> [GoldenCall] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "methods")
        return try names.sorted().flatMap { try read("methods/" + $0) }
    }

    /// Every status with its details.
    package static func errors() throws -> [GoldenCall] { try read("errors.json") }

    /// Calls of the echo service.
    package static func streams() throws -> [GoldenCall] { try read("streams.json") }

    package static func all() throws -> [GoldenCall] {
        try methods() + errors() + streams()
    }

    private static let folder: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/") + "/Interop/vectors/"
    }()

    private static func read(_ name: String) throws -> [GoldenCall] {
        let text = try String(contentsOfFile: folder + name, encoding: .utf8)
        return try JSONParser.parse(text).elements.map(GoldenCall.init)
    }

    private init(_ json: JSONValue) throws {
        name = try json.text(of: "name")
        service = try json.text(of: "service")
        method = try json.text(of: "method")
        isEcho = json["echo"] == .bool(true)
        timeoutMilliseconds = json["timeoutMs"]?.integer
        metadata =
            try json["metadata"]?.elements.map { pair in
                guard case .string(let key)? = pair.elements.first,
                    case .string(let value)? = pair.elements.last
                else { throw Malformed(what: "metadata of \(pair.text())") }
                return (key, value)
            } ?? []
        requests = try json["requests"]?.elements.map(Message.init) ?? []
        responses = try json["responses"]?.elements.map(Message.init) ?? []
        status = try json["status"].map(Status.init)
        frames = try json["frames"]?.elements.map(Frame.init) ?? []
    }
}

extension GoldenCall.Message {
    fileprivate init(_ json: JSONValue) throws {
        type = try json.text(of: "type")
        self.json = json["json"] ?? .object([])
        bytes = try json.bytes(of: "hex")
    }
}

extension GoldenCall.Status {
    fileprivate init(_ json: JSONValue) throws {
        code = Int32(json["code"]?.integer ?? 0)
        message = try json.text(of: "message")
        details =
            try json["details"]?.elements.map { detail in
                (try detail.text(of: "typeUrl"), try detail.bytes(of: "hex"))
            } ?? []
    }
}

extension GoldenCall.Frame {
    fileprivate init(_ json: JSONValue) throws {
        isFromClient = try json.text(of: "from") == "client"
        connection = Int(json["connection"]?.integer ?? 1)
        bytes = try json.bytes(of: "hex")
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    fileprivate var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text)
    }

    fileprivate func text(of key: String) throws -> String {
        guard case .string(let text)? = self[key] else { throw GoldenCall.Malformed(what: key) }
        return text
    }

    fileprivate func bytes(of key: String) throws -> [UInt8] {
        let digits = Array(try text(of: key))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        guard bytes.count * 2 == digits.count else { throw GoldenCall.Malformed(what: key) }
        return bytes
    }
}
