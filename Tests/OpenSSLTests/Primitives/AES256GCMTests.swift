internal import Testing

@testable internal import OpenSSL

@Suite("AES-256-GCM seals and opens")
struct AES256GCMTests {
    struct Vector: Sendable {
        var key: String
        var nonce: String
        var plaintext: String
        var associatedData: String
        var ciphertext: String
        var tag: String
    }

    // The AES-256 cases with 96-bit nonces of the GCM specification submitted to NIST (13 to 16).
    private static let zeros = String(repeating: "0", count: 64)
    private static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let plaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
    private static let ciphertext =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
    static let vectors = [
        Vector(
            key: zeros, nonce: String(zeros.prefix(24)), plaintext: "", associatedData: "",
            ciphertext: "", tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: zeros, nonce: String(zeros.prefix(24)), plaintext: String(zeros.prefix(32)),
            associatedData: "", ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: key, nonce: "cafebabefacedbaddecaf888", plaintext: plaintext, associatedData: "",
            ciphertext: ciphertext, tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            key: key, nonce: "cafebabefacedbaddecaf888", plaintext: String(plaintext.prefix(120)),
            associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: String(ciphertext.prefix(120)), tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test("as the published vectors do", arguments: vectors)
    func published(vector: Vector) throws {
        let key = SecretBytes(copying: bytes(vector.key))
        let associatedData = bytes(vector.associatedData)
        let sealed = try bytes(vector.plaintext).withUnsafeBytes {
            try AES256GCM.seal(
                $0, associatedData: associatedData, key: key, nonce: bytes(vector.nonce))
        }
        #expect(sealed == bytes(vector.nonce + vector.ciphertext + vector.tag))
        let opened = try AES256GCM.open(sealed, associatedData: associatedData, key: key)
        #expect(opened == bytes(vector.plaintext))
    }

    @Test("every message has a nonce of its own")
    func nonces() throws {
        let key = try SecretBytes.random(count: 32)
        let nonces = try (0..<64).map { _ in
            try Array(AES256GCM.seal([1, 2, 3], associatedData: [], key: key).prefix(12))
        }
        #expect(Set(nonces).count == 64)
    }

    @Test("any changed bit is refused, and nothing of the plaintext comes out")
    func tampering() throws {
        let key = try SecretBytes.random(count: 32)
        let sealed = try AES256GCM.seal([1, 2, 3, 4], associatedData: [9], key: key)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x80
            #expect(failure(changed, [9], key)?.code == .authenticationFailed)
        }
        #expect(failure(sealed, [8], key)?.code == .authenticationFailed)
        #expect(failure(sealed, [], key)?.code == .authenticationFailed)
        #expect(failure(sealed, [9], try .random(count: 32))?.code == .authenticationFailed)
        #expect(failure(sealed.dropLast(), [9], key)?.code == .authenticationFailed)
        #expect(failure(sealed.prefix(27), [9], key)?.code == .inputInvalid)
        #expect(failure([], [9], key)?.code == .inputInvalid)
    }

    @Test("a key of another length is refused", arguments: [0, 16, 31, 33])
    func keys(count: Int) throws {
        let key = try SecretBytes.random(count: count)
        let error = #expect(throws: OpenSSLError.self) {
            try AES256GCM.seal([1], associatedData: [], key: key)
        }
        #expect(error?.code == .keyInvalid)
    }

    @Test("a data key is wrapped under a master key and comes back")
    func wrapping() throws {
        let master = try SecretBytes.random(count: 32)
        let data = try SecretBytes.random(count: 32)
        let wrapped = try AES256GCM.seal(data, associatedData: Array("tenant 2".utf8), key: master)
        #expect(wrapped.count == 32 + AES256GCM.overheadBytes)
        let opened = try AES256GCM.openSecret(
            wrapped, associatedData: Array("tenant 2".utf8), key: master)
        #expect(opened.equals(data))
    }

    private func failure<Bytes: Sequence<UInt8>>(
        _ sealed: Bytes, _ associatedData: [UInt8], _ key: SecretBytes
    ) -> OpenSSLError? {
        #expect(throws: OpenSSLError.self) {
            try AES256GCM.open(Array(sealed), associatedData: associatedData, key: key)
        }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
