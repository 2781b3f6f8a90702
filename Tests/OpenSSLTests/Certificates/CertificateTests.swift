internal import Glibc
internal import TestCertificates
internal import Testing

@testable internal import OpenSSL

@Suite("A certificate is read as it stands")
struct CertificateTests {
    private let directory: TestDirectory
    private let authority: TestCA

    init() throws {
        directory = try TestDirectory()
        authority = try TestCA.make(in: directory.path)
    }

    private func certificate(_ change: (inout TestCertificateRequest) -> Void) throws -> Certificate
    {
        var request = TestCertificateRequest()
        change(&request)
        let made = try authority.issue(request)
        return try Certificate(pem: .file(made.certificatePath))
    }

    @Test("subject, issuer, serial, dates, names, usages")
    func everything() throws {
        let read = try certificate {
            $0.commonName = "tenancy, \"the\" service"
            $0.dns = ["tenancy.bfc.test", "*.bfc.test"]
            $0.ip = ["10.1.2.3", "2001:db8::1"]
            $0.uri = ["spiffe://bfc.test/service/tenancy"]
            $0.email = ["ops@bfc.test"]
            $0.keyUsages = [.serverAuth, .clientAuth]
        }
        #expect(read.subject == #"CN=tenancy\, \"the\" service"#)
        #expect(read.issuer == "CN=test-ca")
        #expect(read.serial == "2")
        #expect(read.notAfter - read.notBefore == 90_000)
        let now = Int64(time(nil))
        #expect(read.notBefore < now && now < read.notAfter)
        #expect(read.alternativeNames.dns == ["tenancy.bfc.test", "*.bfc.test"])
        #expect(read.alternativeNames.ip == ["10.1.2.3", "2001:db8::1"])
        #expect(read.alternativeNames.uri == ["spiffe://bfc.test/service/tenancy"])
        #expect(read.alternativeNames.email == ["ops@bfc.test"])
        #expect(read.extendedKeyUsages == [.serverAuthentication, .clientAuthentication])
        #expect(!read.isAuthority)
    }

    @Test("the fingerprint is the one openssl(1) and others show: SHA-256 of the DER")
    func fingerprint() throws {
        let path = authority.certificatePath
        let text = try PEMSource.file(path).load()
            .withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let base64 = text.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        let read = try Certificate(pem: .file(path))
        #expect(read.fingerprint == (try SHA256.hash(Base64.decode(base64))))
        #expect(read.isAuthority)
    }

    @Test(
        "an identity is exactly one SPIFFE URI of a leaf",
        arguments: [
            (["spiffe://bfc.test/service/a"], false, nil),
            ([], false, SPIFFEError.Rule.exactlyOneURI),
            (["spiffe://bfc.test/a", "spiffe://bfc.test/b"], false, .exactlyOneURI),
            (["https://bfc.test/a"], false, .scheme),
            (["spiffe://bfc.test"], false, .leafPath),
            (["spiffe://bfc.test/a"], true, .leafCertificate),
        ] as [([String], Bool, SPIFFEError.Rule?)])
    func identity(uris: [String], isAuthority: Bool, rule: SPIFFEError.Rule?) throws {
        let read = try certificate {
            $0.uri = uris
            $0.isAuthority = isAuthority
        }
        let found = Result { () throws(SPIFFEError) in try read.spiffeID() }
        switch found {
        case .success(let id): #expect(rule == nil && id.description == uris.first)
        case .failure(let error): #expect(error.rule == rule)
        }
    }

    @Test("a file without a certificate is named")
    func garbage() throws {
        let path = try directory.write([1, 2, 3], as: "garbage")
        let error = #expect(throws: OpenSSLError.self) { try Certificate(pem: .file(path)) }
        #expect(error?.code == .certificateInvalid)
        #expect(error?.file == path)
    }
}

/// Enough of base64 to take PEM apart without the code under test.
private enum Base64 {
    static func decode(_ text: String) -> [UInt8] {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var bits = 0
        var value = 0
        for character in text.utf8 {
            guard let digit = alphabet.firstIndex(of: character) else { break }
            value = (value << 6 | digit) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> bits))
            }
        }
        return bytes
    }
}
