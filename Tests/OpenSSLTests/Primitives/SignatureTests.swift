internal import Testing

@testable internal import OpenSSL

@Suite("Signatures")
struct SignatureTests {
    @Test("what a key signs its public half accepts", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generate: algorithm)
        let message = Array("who may do what".utf8)
        // Many, because ECDSA's r or s now and then begins with zeros.
        for round in 0..<32 {
            let signature = try key.sign(message + [UInt8(round)])
            #expect(signature.count == SignatureAlgorithm.signatureBytes)
            #expect(try key.verifyingKey().isValid(signature, for: message + [UInt8(round)]))
        }
    }

    @Test(
        "anything else is not accepted, and is no failure", arguments: SignatureAlgorithm.allCases)
    func refusals(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generate: algorithm)
        let message: [UInt8] = [1, 2, 3]
        let signature = try key.sign(message)
        let verifier = try key.verifyingKey()
        var changed = signature
        changed[10] ^= 1
        #expect(try !verifier.isValid(changed, for: message))
        #expect(try !verifier.isValid(signature, for: [1, 2, 4]))
        #expect(try !verifier.isValid([], for: message))
        #expect(try !verifier.isValid(signature + [0], for: message))
        #expect(try !verifier.isValid([UInt8](repeating: 0, count: 64), for: message))
        #expect(try !verifier.isValid([UInt8](repeating: 0xFF, count: 64), for: message))
        let other = try SigningKey(generate: algorithm).verifyingKey()
        #expect(try !other.isValid(signature, for: message))
    }

    @Test("keys survive PEM", arguments: SignatureAlgorithm.allCases)
    func pem(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generate: algorithm)
        let text = try key.pem().withUnsafeBytes { [UInt8]($0) }
        let loaded = try SigningKey(pem: .bytes(text))
        #expect(loaded.algorithm == algorithm)
        let published = try VerifyingKey(pem: .bytes(key.verifyingKey().pem()))
        #expect(published.algorithm == algorithm)
        #expect(try published.isValid(loaded.sign([1]), for: [1]))
    }

    // RFC 8032, 7.1, test 2.
    @Test("Ed25519 agrees with the published vector")
    func ed25519() throws {
        let text = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7
            -----END PRIVATE KEY-----

            """
        let signature = try SigningKey(pem: .bytes(Array(text.utf8))).sign([0x72])
        let hex = signature.withUnsafeBytes { Hexadecimal.text($0) }
        #expect(
            hex == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    }
}
