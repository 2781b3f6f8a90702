/// One address, or a network in CIDR notation.
package struct AddressRange: Sendable, Hashable {
    package static let rule =
        "must be IPv4 or IPv6 addresses, or networks such as 192.0.2.0/24 without host bits"

    /// As it was given.
    package let text: String
    private let network: IPAddress
    private let prefixLength: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let network = IPAddress(String(first)) else { return nil }
        self.text = text
        self.network = network
        guard parts.count == 2 else {
            prefixLength = network.bitWidth
            return
        }
        guard let length = Int(parts[1]), String(length) == parts[1],
            0...network.bitWidth ~= length, !first.contains(":") || !network.isIPv4
        else { return nil }
        prefixLength = length
        // A network with host bits is a slip: the address was meant, or another length.
        guard network.bits == network.bits & mask else { return nil }
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == network.isIPv4 && address.bits & mask == network.bits
    }

    /// Whether every address of another network is in this one.
    package func contains(_ other: AddressRange) -> Bool {
        prefixLength <= other.prefixLength && contains(other.network)
    }

    private var mask: UInt128 {
        let hostBits = UInt128(network.bitWidth - prefixLength)
        let all = network.isIPv4 ? UInt128(UInt32.max) : UInt128.max
        return hostBits == 128 ? 0 : (all >> hostBits) << hostBits
    }
}
