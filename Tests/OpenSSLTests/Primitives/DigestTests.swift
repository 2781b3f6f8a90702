internal import Testing

@testable internal import OpenSSL

@Suite("Digests agree with the published vectors")
struct DigestTests {
    // FIPS 180-4's examples.
    private static let vectors: [(String, String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("SHA-256, in one piece and in several")
    func sha256() throws {
        var hasher = try SHA256()
        for (message, expected) in Self.vectors {
            let bytes = Array(message.utf8)
            #expect(try SHA256.hash(bytes).hex == expected)
            // The same value over again, so that finishing is seen to start afresh.
            for start in stride(from: 0, to: bytes.count, by: 4999) {
                try hasher.update(Array(bytes[start..<min(start + 4999, bytes.count)]))
            }
            #expect(try hasher.finish().hex == expected)
        }
    }

    @Test("a digest compares, hashes and comes back from bytes")
    func values() throws {
        let one = try SHA256.hash([1])
        let two = try SHA256.hash([2])
        #expect(one != two)
        #expect(!one.equalsInConstantTime(two))
        #expect(SHA256Digest(one.bytes) == one)
        #expect(SHA256Digest(one.bytes)?.equalsInConstantTime(one) == true)
        #expect(SHA256Digest([1, 2, 3]) == nil)
        #expect(Set([one, two, one]).count == 2)
    }

    // RFC 4231; case 5 is about truncation, which we do not offer.
    @Test(
        "HMAC-SHA-256",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than "
                        + "block-size data. The key needs to be hashed before being used by the "
                        + "HMAC algorithm.").utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ] as [([UInt8], [UInt8], String)])
    func hmac(key: [UInt8], message: [UInt8], expected: String) throws {
        let code = try HMACSHA256.authenticate(message, key: SecretBytes(copying: key))
        #expect(code.hex == expected)
    }

    @Test("an HMAC without a key is refused")
    func emptyKey() {
        let error = #expect(throws: OpenSSLError.self) {
            try HMACSHA256.authenticate([1], key: SecretBytes(copying: []))
        }
        #expect(error?.code == .keyInvalid)
    }
}
