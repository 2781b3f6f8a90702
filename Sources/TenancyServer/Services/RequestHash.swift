internal import OpenSSL
internal import TTRPC

/// What an idempotency key is bound to: the request without the key, serialized and hashed.
///
/// libprotobuf-c writes fields in the order of their numbers, so one request has one
/// serialization. Maps would not; requests have none.
enum RequestHash {
    /// - Throws: `RPCError` when the request cannot be serialized or hashed.
    static func of<Request: WireMessage>(
        _ request: Request, keyPath: WritableKeyPath<Request, String>
    ) throws(RPCError) -> [UInt8] {
        var unkeyed = request
        unkeyed[keyPath: keyPath] = ""
        let bytes = try unkeyed.wireBytes()
        do {
            return try SHA256.hash(bytes).bytes
        } catch {
            throw RPCError(.internal, "internal error")
        }
    }
}
