internal import OpenSSL
internal import Tenancy

extension Credential {
    /// A credential that nobody can guess.
    ///
    /// - Throws: `internalFailure` rather than ever giving out a weak one.
    static func fresh(_ kind: Kind, of tenant: TenantID) throws(DomainError) -> Credential {
        do {
            return Credential(
                kind, of: tenant, secret: try SecureRandom.bytes(count: Credential.secretBytes))
        } catch {
            throw DomainError(.internalFailure, message: "there is no randomness")
        }
    }

    /// What is kept of it. A secret of 256 random bits needs no slow hash: it cannot be tried out.
    func hash() throws(DomainError) -> SHA256Digest {
        do {
            return try SHA256.hash(Array(text.utf8))
        } catch {
            throw DomainError(.internalFailure, message: "a hash could not be computed")
        }
    }
}

extension CredentialDigest {
    /// Of a text, whether or not it is a credential; nil when it could not be computed.
    init?(of text: String) {
        var text = text
        guard let hash = text.withUTF8({ try? SHA256.hash(UnsafeRawBufferPointer($0)) }) else {
            return nil
        }
        self = hash.withUnsafeBytes { CredentialDigest($0) }
    }
}
