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
        let bytes = length + caller + (try unkeyed.wireBytes())
        do {
            return try SHA256.hash(bytes).bytes
        } catch {
            throw RPCError(.internal, "internal error")
        }
    }
}
