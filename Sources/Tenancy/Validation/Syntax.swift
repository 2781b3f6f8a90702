/// The syntax of what a tenant is described with. Each answers whether a text follows the rule;
/// none of them looks anything up.
package enum Syntax {
    package static let hostNameBytesMax = 253
    package static let hostLabelBytesMax = 63
    package static let emailBytesMax = 254
    package static let emailLocalPartBytesMax = 64
    package static let urlBytesMax = 2_048
    package static let timeZoneBytesMax = 64

    /// A host name of at least two labels in lower case; names beyond ASCII as their A-labels
    /// ("xn--..."). A last label of digits only would be an address.
    package static func isHostName(_ text: String) -> Bool {
        isHostName(Array(text.utf8)[...])
    }

    static func isHostName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= hostNameBytesMax else { return false }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(isHostLabel), let last = labels.last else {
            return false
        }
        return !last.allSatisfy(\.isASCIIDigit)
    }

    private static func isHostLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard 1...hostLabelBytesMax ~= label.count,
            label.allSatisfy({ $0.isASCIILowercase || $0.isASCIIDigit || $0 == hyphen }),
            label.first != hyphen, label.last != hyphen
        else { return false }
        // Two hyphens in the third and fourth place are kept for A-labels.
        guard label.count >= 4, label.dropFirst(2).prefix(2).elementsEqual([hyphen, hyphen]) else {
            return true
        }
        return label.starts(with: "xn--".utf8) && label.count > 4
    }

    /// A colour as "#RRGGBB".
    package static func isColor(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count == 7 && bytes.first == UInt8(ascii: "#")
            && bytes.dropFirst().allSatisfy { $0.hexadecimalValue != nil }
    }

    package static let httpsURLRule = "must be an https URL of at most 2048 bytes"

    /// An absolute https URL with a host name, without user name or password: a URL that is shown
    /// to a tenant's users must not carry either.
    package static func isHTTPSURL(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let scheme = Array("https://".utf8)
        let forbidden = Set("\"<>\\^`{|}".utf8)
        guard bytes.count <= urlBytesMax, bytes.starts(with: scheme),
            bytes.allSatisfy({ $0.isASCIIVisible && !forbidden.contains($0) })
        else { return false }
        let rest = bytes[scheme.count...]
        let authority = rest.prefix { !"/?#".utf8.contains($0) }
        let parts = authority.split(
            separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, isHostName(lowercased(host)) else { return false }
        guard parts.count == 2 else { return true }
        guard 1...5 ~= parts[1].count, parts[1].allSatisfy(\.isASCIIDigit) else { return false }
        let port = parts[1].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return 1...65_535 ~= port
    }

    /// An address of the dot-atom form, the only one that is used in practice.
    package static func isEmail(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= emailBytesMax, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else {
            return false
        }
        let local = bytes[..<at]
        let specials = Set("!#$%&'*+-/=?^_`{|}~".utf8)
        let atoms = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard 1...emailLocalPartBytesMax ~= local.count,
            atoms.allSatisfy({ atom in
                !atom.isEmpty
                    && atom.allSatisfy {
                        $0.isASCIILetter || $0.isASCIIDigit || specials.contains($0)
                    }
            })
        else { return false }
        return isHostName(lowercased(bytes[(at + 1)...]))
    }

    /// A name of the IANA time zone database by its form: "UTC", or "Area/Location". Whether the
    /// zone exists is the database's to say. Digits and "+" are for "Etc/GMT+5" alone, because
    /// Postgres would read them elsewhere as a zone of the caller's own making.
    package static func isTimeZoneName(_ text: String) -> Bool {
        if text == "UTC" { return true }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard bytes.count <= timeZoneBytesMax, 2...3 ~= parts.count else { return false }
        // Folders with copies of the whole database, counted otherwise.
        let copies = ["posix", "right"]
        guard !copies.contains(where: { lowercased(parts[0]).elementsEqual($0.utf8) }) else {
            return false
        }
        let ofEtc = bytes.starts(with: "Etc/GMT".utf8)
        return parts.allSatisfy { part in
            part.first?.isASCIILetter == true
                && part.allSatisfy {
                    $0.isASCIILetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                        || (ofEtc && ($0.isASCIIDigit || $0 == UInt8(ascii: "+")))
                }
        }
    }

    /// Text for people: so many characters, at least one of them to be seen, none of them a
    /// control, and none that turns the direction of what is shown after it.
    package static func isText(_ text: String, lengthMax: Int) -> Bool {
        // Scalars are what Postgres counts; grapheme clusters could be of any length.
        let scalars = text.unicodeScalars
        return 1...lengthMax ~= scalars.count
            && scalars.allSatisfy {
                $0.properties.generalCategory != .control && !turnsDirection($0)
            }
            && !scalars.allSatisfy(\.properties.isWhitespace)
    }

    /// The embeddings, overrides and isolates of the bidirectional algorithm: with them one text
    /// looks like another. The marks of single characters stay, which languages need.
    private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        0x202A...0x202E ~= scalar.value || 0x2066...0x2069 ~= scalar.value
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.map { $0.isASCIIUppercase ? $0 | 0x20 : $0 }[...]
    }
}
