/// A SPIFFE ID: `spiffe://trust-domain/path`, by the rules of the SPIFFE-ID standard.
///
/// Parsed by hand and strictly. A URL parser would normalise (percent escapes, dots, letter case),
/// and two texts that normalise to one identity are exactly what an identity must not have.
package struct SPIFFEID: Sendable, Hashable, CustomStringConvertible {
    package static let idBytesMax = 2048
    package static let trustDomainBytesMax = 255

    /// Lower-case letters, digits, dots, hyphens and underscores.
    package let trustDomain: String
    /// Empty, or begins with a slash and has no empty, "." or ".." segment.
    package let path: String

    package init(_ text: String) throws(SPIFFEError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= SPIFFEID.idBytesMax else {
            throw SPIFFEError(.length)
        }
        let scheme = Array("spiffe://".utf8)
        guard bytes.starts(with: scheme) else {
            throw SPIFFEError(.scheme)
        }
        let rest = bytes.dropFirst(scheme.count)
        guard !rest.contains(UInt8(ascii: "?")) else {
            throw SPIFFEError(.noQuery)
        }
        guard !rest.contains(UInt8(ascii: "#")) else {
            throw SPIFFEError(.noFragment)
        }
        let domain = rest.prefix { $0 != UInt8(ascii: "/") }
        try SPIFFEID.checkTrustDomain(domain)
        let path = rest.dropFirst(domain.count)
        try SPIFFEID.checkPath(path)
        self.trustDomain = String(decoding: domain, as: UTF8.self)
        self.path = String(decoding: path, as: UTF8.self)
    }

    package var description: String { "spiffe://\(trustDomain)\(path)" }

    private static func checkTrustDomain(_ domain: ArraySlice<UInt8>) throws(SPIFFEError) {
        guard !domain.isEmpty else {
            throw SPIFFEError(.trustDomainPresent)
        }
        guard !domain.contains(UInt8(ascii: "@")) else {
            throw SPIFFEError(.noUserInformation)
        }
        guard !domain.contains(UInt8(ascii: ":")) else {
            throw SPIFFEError(.noPort)
        }
        guard domain.count <= trustDomainBytesMax else {
            throw SPIFFEError(.trustDomainLength)
        }
        guard domain.allSatisfy({ isCharacter($0, upperCase: false) }) else {
            throw SPIFFEError(.trustDomainCharacters)
        }
    }

    private static func checkPath(_ path: ArraySlice<UInt8>) throws(SPIFFEError) {
        guard !path.isEmpty else { return }
        for segment in path.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            // A trailing slash is an empty last segment.
            guard !segment.isEmpty else {
                throw SPIFFEError(.noEmptySegment)
            }
            guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
                throw SPIFFEError(.noDotSegment)
            }
            guard segment.allSatisfy({ isCharacter($0, upperCase: true) }) else {
                throw SPIFFEError(.pathCharacters)
            }
        }
    }

    private static func isCharacter(_ byte: UInt8, upperCase: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            upperCase
        default:
            false
        }
    }
}
