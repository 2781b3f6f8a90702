internal import Testing

@testable internal import OpenSSL

@Suite("Secrets, randomness and comparison")
struct SecretBytesTests {
    @Test("a secret shows its length and never its bytes")
    func description() {
        let secret = SecretBytes(copying: Array("hunter2".utf8))
        #expect("\(secret)" == "SecretBytes(7 bytes)")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("storage"))
        #expect(secret.withUnsafeBytes { [UInt8]($0) } == Array("hunter2".utf8))
    }

    @Test("a secret whose filling fails leaves nothing behind")
    func failedFilling() {
        let failure = OpenSSLError(.inputInvalid, "fill")
        #expect(throws: failure) {
            try SecretBytes(count: 8) { (_) throws(OpenSSLError) in throw failure }
        }
    }

    @Test("random bytes differ from call to call", arguments: [0, 1, 32, 100_000])
    func random(count: Int) throws {
        let one = try SecureRandom.bytes(count: count)
        let two = try SecureRandom.bytes(count: count)
        #expect(one.count == count)
        if count >= 32 { #expect(one != two) }
    }

    @Test(
        "comparison in constant time is still comparison",
        arguments: [
            ([], [], true), ([1], [1], true), ([1], [2], false), ([1], [], false),
            ([1, 2, 3], [1, 2, 3], true), ([1, 2, 3], [1, 2, 4], false),
            ([1, 2, 3], [0, 2, 3], false), ([1, 2, 3], [1, 2], false),
        ] as [([UInt8], [UInt8], Bool)])
    func comparison(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(ConstantTime.equal(left, right) == isEqual)
        #expect(SecretBytes(copying: left).equals(SecretBytes(copying: right)) == isEqual)
    }
}
