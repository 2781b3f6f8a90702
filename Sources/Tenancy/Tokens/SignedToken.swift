/// A token as it is sent: a JWS in compact form (RFC 7515), of the one algorithm that our keys
/// have.
package struct SignedToken: Sendable, Hashable {
    /// The algorithm of every key (RFC 8037). It belongs to the key; that the header names it too
    /// is checked, and decides nothing.
    package static let algorithm = "EdDSA"

    /// The key that it says it was signed with.
    package let keyName: String
    /// What the signature is over.
    package let signedBytes: [UInt8]
    package let signature: [UInt8]
    private let claims: String

    /// The text of a token.
    ///
    /// - Parameter sign: signs bytes with the key of this name.
    package static func text<Failure: Error>(
        _ token: TenantToken, keyName: String, sign: ([UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String {
        let header =
            #"{"alg":"\#(algorithm)","kid":\#(JSONText.string(keyName)),"#
            + #""typ":"\#(TenantToken.type)"}"#
        let signed =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(token.json.utf8))
        return signed + "." + Base64URL.encode(try sign(Array(signed.utf8)))
    }

    /// Takes a text apart; nil for what this service cannot have signed, whatever its signature.
    package init?(_ text: String) {
        guard text.utf8.count <= TenantToken.textBytesMax else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64URL.decode(String(parts[0])),
            let body = Base64URL.decode(String(parts[1])),
            let signature = Base64URL.decode(String(parts[2])),
            let headText = String(validating: head, as: UTF8.self),
            let claims = String(validating: body, as: UTF8.self),
            let header = JSONClaims(headText),
            // Nothing else: what says more, such as `crit`, is of another make.
            header.names == ["alg", "kid", "typ"],
            header.text("alg") == Self.algorithm, header.text("typ") == TenantToken.type,
            let keyName = header.text("kid")
        else { return nil }
        self.keyName = keyName
        self.signature = signature
        self.claims = claims
        signedBytes = Array("\(parts[0]).\(parts[1])".utf8)
    }

    /// What the token says; to be asked once the signature is known to be good. Nil when a claim is
    /// missing or is not what it must be.
    package var token: TenantToken? { TenantToken(json: claims) }

    /// Bytes in the alphabet that JSON Web Signatures are written in.
    package static func base64URL(_ bytes: [UInt8]) -> String { Base64URL.encode(bytes) }

    /// Whether a text looks like a token rather than like a key.
    package static func isLike(_ text: String) -> Bool {
        text.utf8.lazy.filter { $0 == UInt8(ascii: ".") }.count == 2
    }
}
