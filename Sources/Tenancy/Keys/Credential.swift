/// The text of a secret that the service gives out once, and knows again by its hash alone:
/// `<kind>_<tenantId>_<secret><checksum>`.
///
/// The secret is 256 bits in base62. The checksum is the CRC-32 of everything before it in base62:
/// a slip of the keyboard or an invention is refused without a look-up, and a scanner of leaked
/// secrets knows a real one from random text.
package struct Credential: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case apiKey = "vym"
        case invitation = "vyi"
    }

    package static let secretBytes = 32
    package static let prefixLength = 16
    /// 62^43 is just above 2^256, and 62^6 above 2^32.
    private static let secretDigits = 43
    private static let checksumDigits = 6

    /// The secret itself. It goes to its holder and into the hash, and nowhere else.
    package let text: String
    package let tenant: TenantID

    /// - Parameter secret: fresh bytes of a cryptographic source of randomness.
    package init(_ kind: Kind, of tenant: TenantID, secret: some Collection<UInt8>) {
        precondition(secret.count == Self.secretBytes, "a secret has 256 bits")
        let body =
            "\(kind.rawValue)_\(tenant)_" + Base62.encode(secret, digits: Self.secretDigits)
        text = body + Self.checksum(of: body.utf8)
        self.tenant = tenant
    }

    /// Reads what somebody presents; nil for text that this service cannot have given out.
    package init?(_ kind: Kind, presented text: String) {
        let bytes = text.utf8
        let digits = Self.secretDigits + Self.checksumDigits
        // The longest number of a tenant has 19 digits.
        guard bytes.count <= kind.rawValue.utf8.count + 21 + digits else { return nil }
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == kind.rawValue, let number = Int64(parts[1]),
            let tenant = TenantID(number), String(number) == parts[1],
            parts[2].utf8.count == digits, parts[2].utf8.allSatisfy(Base62.isDigit),
            Self.checksum(of: bytes.dropLast(Self.checksumDigits))
                == text.suffix(Self.checksumDigits)
        else { return nil }
        self.text = text
        self.tenant = tenant
    }

    /// Whose a text would be if it were a credential of this kind: enough to look among those that
    /// were found good before, by their hashes, and cheaper than to read it whole.
    package static func tenant(_ kind: Kind, presented text: String) -> TenantID? {
        var number: Int64 = 0
        var place = 0
        let prefix = kind.rawValue.utf8
        guard text.utf8.starts(with: prefix) else { return nil }
        for byte in text.utf8.dropFirst(prefix.count) {
            defer { place += 1 }
            switch byte {
            case UInt8(ascii: "_") where place == 0: continue
            case UInt8(ascii: "_"): return TenantID(number)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where 1...18 ~= place:
                number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            default: return nil
            }
        }
        return nil
    }

    /// What may be shown of it, for people to tell one from another. At least 180 bits of the
    /// secret stay hidden.
    package var prefix: String { String(text.prefix(Self.prefixLength)) }

    private static func checksum(of body: some Sequence<UInt8>) -> String {
        let checksum = CRC32.checksum(body)
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * $0)) }
        return Base62.encode(bytes, digits: checksumDigits)
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the secret: it must not get into a log.
    package var description: String { "\(prefix)…" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
