/// Turns JSON into encoded messages and back, by descriptors alone.
///
/// The JSON is proto3's, with these choices: 64-bit integers print as numbers while every JSON
/// reader can hold them exactly (up to 2^53) and as strings beyond; enumerations also read
/// without their prefix in any case ("broker"); a `JsonObject` and a `JsonValue` stand inline as
/// what they carry.
package struct MessageCodec: Sendable {
    /// How deep messages may stand inside one another.
    package static let depthMax = 32
    /// The largest encoded message, in bytes.
    package static let messageBytesMax = 16 << 20

    /// What a message looks like as JSON.
    package struct Options: Sendable {
        /// Whether fields that are at their defaults are shown. Message fields that are not set
        /// never are.
        package var includeDefaults: Bool

        package init(includeDefaults: Bool = false) {
            self.includeDefaults = includeDefaults
        }
    }

    package let schema: Schema
    package let options: Options

    package init(schema: Schema, options: Options = Options()) {
        self.schema = schema
        self.options = options
    }

    /// The encoded message of a JSON text. Empty text is the message of defaults.
    ///
    /// - Throws: `JSONError` that names the field and the rule it breaks.
    package func encode(json text: String, as typeName: String) throws(JSONError) -> [UInt8] {
        let isEmpty = text.allSatisfy(\.isWhitespace)
        return try encode(isEmpty ? .object([]) : try JSONParser.parse(text), as: typeName)
    }

    /// The encoded message of a JSON value.
    package func encode(_ value: JSONValue, as typeName: String) throws(JSONError) -> [UInt8] {
        let type = try messageType(typeName, path: "")
        let bytes = try JSONMessageEncoder(codec: self).message(value, type, path: "", depth: 1)
        guard bytes.count <= Self.messageBytesMax else {
            throw JSONError("the message is larger than \(Self.messageBytesMax) bytes")
        }
        return bytes
    }

    /// The JSON value of an encoded message.
    ///
    /// - Throws: `JSONError` that names the field and the rule it breaks.
    package func decode(_ bytes: [UInt8], as typeName: String) throws(JSONError) -> JSONValue {
        guard bytes.count <= Self.messageBytesMax else {
            throw JSONError("the message is larger than \(Self.messageBytesMax) bytes")
        }
        let type = try messageType(typeName, path: "")
        return try JSONMessageDecoder(codec: self).message(bytes[...], type, path: "", depth: 1)
    }

    func messageType(_ name: String, path: String) throws(JSONError) -> MessageType {
        guard let type = schema.message(named: name) else {
            throw JSONError("the message type \(name) is not known", path: path)
        }
        return type
    }

    /// The type behind an Any's URL, when it is known.
    func messageType(url: String) -> MessageType? {
        guard let slash = url.lastIndex(of: "/") else { return nil }
        return schema.message(named: String(url[url.index(after: slash)...]))
    }

    static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : path + "." + name
    }
}

/// Messages whose JSON is not an object of their fields.
enum SpecialMessage: String {
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case fieldMask = "google.protobuf.FieldMask"
    case any = "google.protobuf.Any"
    case jsonObject = "bfc.tenancy.v1.JsonObject"
    case jsonValue = "bfc.tenancy.v1.JsonValue"
}
