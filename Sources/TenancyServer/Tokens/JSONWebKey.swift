internal import OpenSSL
internal import Tenancy

/// An Ed25519 public key as the world sees it (RFC 7517 and RFC 8037).
struct JSONWebKey: Sendable, Hashable {
    let x: String

    init(_ publicKey: [UInt8]) {
        x = SignedToken.base64URL(publicKey)
    }

    /// The key's name (RFC 7638): a hash of these members, in this order, without a blank.
    func thumbprint() throws(DomainError) -> String {
        let canonical = #"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#
        do throws(OpenSSLError) {
            return SignedToken.base64URL(try SHA256.hash(Array(canonical.utf8)).bytes)
        } catch {
            throw DomainError(.internalFailure, message: "a key could not be named")
        }
    }

    func json(name: String) -> String {
        #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)","kid":"\#(name)","use":"sig","#
            + #""alg":"\#(SignedToken.algorithm)"}"#
    }
}
