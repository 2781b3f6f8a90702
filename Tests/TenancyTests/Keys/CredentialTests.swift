internal import Tenancy
internal import Testing

@Suite struct CredentialTests {
    static let secret = (0..<32).map { UInt8($0 * 7 % 256) }

    static func key(of tenant: Int64 = 2, secret: [UInt8] = secret) throws -> Credential {
        Credential(.apiKey, of: try #require(TenantID(tenant)), secret: secret)
    }

    @Test("Base62 is the number in base 62, with leading zeros")
    func base62() {
        #expect(Base62.encode([0], digits: 3) == "000")
        #expect(Base62.encode([61], digits: 1) == "z")
        #expect(Base62.encode([62], digits: 2) == "10")
        #expect(Base62.encode([1, 0], digits: 2) == "48")
        // 2^32 - 1 is 4 * 62^5 + 42 * 62^4 + 26 * 62^3 + 61 * 62^2 + 8 * 62 + 3.
        #expect(Base62.encode([255, 255, 255, 255], digits: 6) == "4gfFC3")
        #expect(Base62.encode([UInt8](repeating: 255, count: 32), digits: 43).utf8.count == 43)
    }

    @Test("The checksum is the one of IEEE 802.3")
    func checksum() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.checksum("".utf8) == 0)
    }

    @Test("A key has its form, and is read again")
    func form() throws {
        let key = try Self.key()
        #expect(key.text.hasPrefix("vym_2_"))
        #expect(key.text.utf8.count == 6 + 43 + 6)
        #expect(key.prefix == String(key.text.prefix(16)))
        #expect(Credential(.apiKey, presented: key.text) == key)
        let longest = try Self.key(of: .max, secret: [UInt8](repeating: 255, count: 32))
        #expect(Credential(.apiKey, presented: longest.text)?.tenant.rawValue == .max)
    }

    @Test("What was not given out is not read")
    func refused() throws {
        let text = try Self.key().text
        #expect(Credential(.invitation, presented: text) == nil)
        for wrong in [
            "", "vym", "vym_2_", "vym_2_\(text)", text + "0", String(text.dropLast()),
            text.replacing("vym_2_", with: "vym_3_"), text.replacing("vym_2_", with: "vym_02_"),
            text.replacing("vym_2_", with: "vym_0_"), text.replacing("vym_2_", with: "vym_-2_"),
            text.replacing("vym_2_", with: "vym_+2_"), text.replacing("vym_2_", with: "vyM_2_"),
            text.replacing("vym_2_", with: "vym_2__"), text.lowercased(), text + " ",
            String(repeating: "vym_2_", count: 10_000),
        ] {
            #expect(Credential(.apiKey, presented: wrong) == nil, "\(wrong.prefix(80))")
        }
    }

    @Test("Every slip of one character is found")
    func slips() throws {
        let text = Array(try Self.key().text.utf8)
        for place in text.indices {
            for byte in "0aZz_".utf8 where byte != text[place] {
                var slipped = text
                slipped[place] = byte
                #expect(
                    Credential(.apiKey, presented: String(decoding: slipped, as: UTF8.self))
                        == nil)
            }
        }
    }

    @Test("A key that is printed shows its prefix only")
    func hidden() throws {
        let key = try Self.key()
        for text in ["\(key)", String(reflecting: key), "\([key])"] {
            #expect(!text.contains(key.text.dropFirst(20)))
        }
    }
}
