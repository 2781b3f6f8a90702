/// An idempotency key together with the hash of the request it was given with: the key is worth
/// nothing for another request.
package struct IdempotencyBinding: Sendable, Hashable {
    package static let keyBytesMax = 128
    package static let requestHashBytesMax = 64

    package let key: String
    package let requestHash: [UInt8]

    /// Nil without a violation when the key is empty, which means that none was given.
    package init?(key: String, requestHash: [UInt8], violations: inout FieldViolations) {
        guard !key.isEmpty else { return nil }
        guard key.utf8.count <= Self.keyBytesMax, key.utf8.allSatisfy(\.isASCIIVisible) else {
            violations.add("idempotency_key", "must be 1 to 128 visible ASCII characters")
            return nil
        }
        precondition(
            1...Self.requestHashBytesMax ~= requestHash.count, "a key is bound to a request's hash")
        self.key = key
        self.requestHash = requestHash
    }

    private init(key: String, requestHash: [UInt8]) {
        self.key = key
        self.requestHash = requestHash
    }

    /// The same key, bound to another hash of the same request.
    package func rebound(to requestHash: [UInt8]) -> IdempotencyBinding {
        precondition(
            1...Self.requestHashBytesMax ~= requestHash.count, "a key is bound to a request's hash")
        return IdempotencyBinding(key: key, requestHash: requestHash)
    }
}
