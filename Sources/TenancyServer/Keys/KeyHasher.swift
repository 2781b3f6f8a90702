internal import OpenSSL
internal import Tenancy

/// What API keys are stored as: their SHA-256, or, with a file of peppers, their HMAC-SHA-256 under
/// the newest pepper. A copy of the database alone then proves no guess.
///
/// The file of peppers has the form of the file of master keys. The pepper with the highest number
/// is used for new keys, and for old ones when they are next used; the others know again what they
/// hashed once. With nothing but `standby` peppers the SHA-256 stays in use, so that every server
/// can have the first pepper before the first one uses it.
struct KeyHasher: Sendable {
    struct StoredHash: Sendable {
        /// 0 for the SHA-256, else the number of the pepper.
        let version: Int32
        let bytes: [UInt8]
    }

    /// Nil without a file.
    let peppers: MasterKeys?

    /// What new hashes are made with.
    var version: Int32 { peppers?.keyring.current ?? 0 }

    /// Whether a key can be told by a hash that was made with this.
    func knows(_ version: Int32) -> Bool {
        version == 0 || peppers?.keyring.key(version) != nil
    }

    /// What a key is to be stored as.
    func hash(_ credential: Credential) throws(DomainError) -> StoredHash {
        let version = version
        return StoredHash(version: version, bytes: try hash(credential, version))
    }

    /// Everything that a key may be stored as.
    func everyHash(_ credential: Credential) throws(DomainError) -> [[UInt8]] {
        var hashes = [try hash(credential, 0)]
        for number in peppers?.keyring.numbers ?? [] {
            hashes.append(try hash(credential, number))
        }
        return hashes
    }

    private func hash(_ credential: Credential, _ version: Int32) throws(DomainError) -> [UInt8] {
        guard version > 0 else { return try credential.hash().bytes }
        guard let pepper = peppers?.keyring.key(version) else { throw Self.failure }
        do throws(OpenSSLError) {
            return try credential.withBytes { (bytes) throws(OpenSSLError) in
                try HMACSHA256.authenticate(bytes, key: pepper).bytes
            }
        } catch {
            throw Self.failure
        }
    }

    private static let failure = DomainError(
        .internalFailure, message: "a key could not be hashed")
}
