internal import OpenSSL
@testable internal import TenancyServer
internal import Testing

@Suite struct MasterKeyringTests {
    static let a = String(repeating: "0a", count: 32)
    static let b = String(repeating: "B1", count: 32)

    static func keyring(_ text: String) throws -> MasterKeyring {
        try MasterKeyring(SecretBytes(copying: Array(text.utf8)))
    }

    @Test("The highest number wraps, and the order of the lines says nothing")
    func newest() throws {
        let keyring = try Self.keyring("# keys\r\n\n12 \(Self.b)\r\n 2\t\(Self.a)\n")
        #expect(keyring.current == 12)
        #expect(
            keyring.key(2)?.equals(SecretBytes(copying: [UInt8](repeating: 0x0A, count: 32)))
                == true)
        #expect(
            keyring.key(12)?.equals(SecretBytes(copying: [UInt8](repeating: 0xB1, count: 32)))
                == true)
        #expect(keyring.key(1) == nil)
    }

    @Test("A key on standby unwraps and does not wrap")
    func standby() throws {
        let keyring = try Self.keyring("1 \(Self.a)\nstandby 2 \(Self.b)")
        #expect(keyring.current == 1)
        #expect(keyring.key(2) != nil)
    }

    @Test(
        "A file that says something else is refused, and the refusal holds none of it",
        arguments: [
            "", "# nothing\n", "standby 1 \(a)", "0 \(a)", "-1 \(a)", "one \(a)", "1",
            "1 \(a.dropLast(2))", "1 \(a)00", "1 \(a.dropLast())g", "1 \(a) more",
            "1 \(a)\n1 \(b)", "\(a)", "99999999999 \(a)",
            (1...101).map { "\($0) \(a)" }.joined(separator: "\n"),
        ])
    func refused(_ text: String) {
        let error = #expect(throws: MasterKeyError.self) { try Self.keyring(text) }
        #expect(error?.description.contains("0a0a") == false)
    }

    @Test("A number whose key became another is a conflict; a number that went is none")
    func conflict() throws {
        let old = try Self.keyring("1 \(Self.a)\n2 \(Self.b)")
        #expect(try Self.keyring("2 \(Self.b)\n3 \(Self.a)").conflict(with: old) == nil)
        #expect(try Self.keyring("1 \(Self.b)").conflict(with: old) == 1)
    }
}
