internal import OpenSSL
internal import TTRPC
internal import Tenancy

/// What an idempotency key is bound to: who calls, and the request without the key, serialized and
/// hashed. A kept answer may hold what only its first caller may see; so it is no one else's, and
/// somebody else's use of the key is refused rather than carried out a second time.
///
/// libprotobuf-c writes fields in the order of their numbers, so one request has one
/// serialization. Maps would not; requests have none.
enum RequestHash {
    /// - Throws: `RPCError` when the request cannot be serialized or hashed.
    static func of<Request: WireMessage>(
        _ request: Request, by principal: Principal, keyPath: WritableKeyPath<Request, String>
    ) throws(RPCError) -> [UInt8] {
        var unkeyed = request
        unkeyed[keyPath: keyPath] = ""
        let caller = Array(principal.auditName.utf8)
        // The length in front keeps a name from going over into the request.
        let length = withUnsafeBytes(of: UInt32(caller.count).bigEndian) { Array($0) }
        // It may hold a secret.
        var bytes = try unkeyed.wireBytes()
        defer { bytes.cleanse() }
        do {
            var hash = try SHA256()
            try hash.update(length)
            try hash.update(caller)
            try hash.update(bytes)
            return try hash.finish().bytes
        } catch {
            throw RPCError(.internal, "internal error")
        }
    }
}
