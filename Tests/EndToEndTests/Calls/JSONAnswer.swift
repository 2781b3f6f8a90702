internal import Foundation

/// A JSON value in which `"2547"` and `2547` are the same: proto3 JSON may print a 64-bit integer
/// either way.
indirect enum JSONAnswer: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONAnswer])
    case object([String: JSONAnswer])

    init(_ text: String) throws {
        self.init(
            decoded: try JSONDecoder().decode(Decoded.self, from: Data(text.utf8)))
    }

    private init(decoded: Decoded) {
        self = decoded.value
    }

    /// Whether everything in `other` is here too, with the same value.
    func contains(_ other: JSONAnswer) -> Bool {
        guard case .object(let members) = self, case .object(let wanted) = other else {
            return self == other
        }
        return wanted.allSatisfy { name, value in members[name]?.contains(value) ?? false }
    }

    private struct Decoded: Decodable {
        let value: JSONAnswer

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                value = .null
            } else if let bool = try? container.decode(Bool.self) {
                value = .bool(bool)
            } else if let number = try? container.decode(Double.self) {
                value = .number(number)
            } else if let text = try? container.decode(String.self) {
                value = Double(text).map { .number($0) } ?? .text(text)
            } else if let items = try? container.decode([Decoded].self) {
                value = .array(items.map(\.value))
            } else {
                value = .object(
                    try container.decode([String: Decoded].self).mapValues(\.value))
            }
        }
    }
}
