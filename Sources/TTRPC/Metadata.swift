/// The key-value pairs that travel beside a request. Order is kept and keys may repeat; keys are
/// compared as they are, and by convention they are lower case.
public struct Metadata: Sendable, Hashable {
    /// The pairs as sent.
    public private(set) var pairs: [Pair]

    /// One key with its value.
    public struct Pair: Sendable, Hashable {
        public var key: String
        public var value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    public init() {
        pairs = []
    }

    public init(_ pairs: [(String, String)]) {
        self.pairs = pairs.map { Pair(key: $0.0, value: $0.1) }
    }

    public var isEmpty: Bool { pairs.isEmpty }

    public mutating func append(_ value: String, for key: String) {
        pairs.append(Pair(key: key, value: value))
    }

    /// The first value of `key`; setting replaces every value of it, and `nil` removes them.
    public subscript(key: String) -> String? {
        get { pairs.first { $0.key == key }?.value }
        set {
            pairs.removeAll { $0.key == key }
            if let newValue { append(newValue, for: key) }
        }
    }

    /// Every value of `key`, in order.
    public func values(for key: String) -> [String] {
        pairs.filter { $0.key == key }.map(\.value)
    }
}
