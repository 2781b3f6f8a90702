internal import OpenSSL
internal import Tenancy

extension Credential {
    /// A credential that nobody can guess.
    ///
    /// - Throws: `internalFailure` rather than ever giving out a weak one.
    static func fresh(_ kind: Kind, of tenant: TenantID) throws(DomainError) -> Credential {
        do {
            return try SecretBytes.random(count: Credential.secretBytes).withUnsafeBytes {
                Credential(kind, of: tenant, secret: $0)
            }
        } catch {
            throw DomainError(.internalFailure, message: "there is no randomness")
        }
    }

    /// What is kept of it. A secret of 256 random bits needs no slow hash: it cannot be tried out.
    func hash() throws(DomainError) -> SHA256Digest {
        do throws(OpenSSLError) {
            return try withBytes { (bytes) throws(OpenSSLError) in try SHA256.hash(bytes) }
        } catch {
            throw DomainError(.internalFailure, message: "a hash could not be computed")
        }
    }

    /// Lends the text's bytes where they are: a copy would have to be zeroed.
    func withBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(OpenSSLError) -> Value
    ) throws(OpenSSLError) -> Value {
        var text = text
        var result: Result<Value, OpenSSLError>?
        text.withUTF8 { bytes in
            result = Result { () throws(OpenSSLError) in
                try body(UnsafeRawBufferPointer(bytes))
            }
        }
        guard let result else { preconditionFailure("every text has bytes") }
        return try result.get()
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
