/// An IPv4 or IPv6 address as a number. An IPv4 address that is written as an IPv6 one
/// (::ffff:192.0.2.1), as a socket for both shows it, is the IPv4 address.
package struct IPAddress: Sendable, Hashable {
    package let isIPv4: Bool
    /// The address, most significant bit first; of IPv4 the lowest 32 bits.
    package let bits: UInt128

    package var bitWidth: Int { isIPv4 ? 32 : 128 }

    package init?(_ text: String) {
        guard IPAddressSyntax.isAddress(text) else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: ":")) else {
            isIPv4 = true
            bits = UInt128(Self.ipv4(bytes[...]))
            return
        }
        let bits = Self.ipv6(bytes)
        isIPv4 = bits >> 32 == 0xFFFF
        self.bits = isIPv4 ? bits & 0xFFFF_FFFF : bits
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32 {
        text.split(separator: UInt8(ascii: ".")).reduce(0) { address, part in
            address << 8 | part.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
        }
    }

    /// The syntax was checked: there is at most one gap, and it stands for at least one group.
    private static func ipv6(_ text: [UInt8]) -> UInt128 {
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        let head = groups(text[..<(gap ?? text.endIndex)])
        let tail = gap.map { groups(text[($0 + 2)...]) } ?? []
        let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        return (head + zeros + tail).reduce(0) { $0 << 16 | UInt128($1) }
    }

    private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16] {
        text.split(separator: UInt8(ascii: ":")).flatMap { part -> [UInt16] in
            if part.contains(UInt8(ascii: ".")) {
                let address = ipv4(part)
                return [UInt16(address >> 16), UInt16(truncatingIfNeeded: address)]
            }
            return [part.reduce(0) { $0 << 4 | UInt16($1.hexadecimalValue ?? 0) }]
        }
    }
}
