/// The textual forms of IP addresses (RFC 4291, section 2.2) without zones, which Postgres's inet
/// does not take.
package enum IPAddressSyntax {
    package static func isAddress(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return isIPv4(bytes[...]) || isIPv6(bytes)
    }

    private static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard 1...3 ~= part.count, part.allSatisfy(\.isASCIIDigit) else { return false }
                // A leading zero is octal to some and decimal to others.
                if part.count > 1, part.first == UInt8(ascii: "0") { return false }
                return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
            }
    }

    private static func isIPv6(_ bytes: [UInt8]) -> Bool {
        guard 2...45 ~= bytes.count else { return false }
        let colon = UInt8(ascii: ":")
        var halves: [ArraySlice<UInt8>] = [bytes[...]]
        if let gap = bytes.indices.dropLast().first(where: {
            bytes[$0] == colon && bytes[$0 + 1] == colon
        }) {
            halves = [bytes[..<gap], bytes[(gap + 2)...]]
        }
        var groups = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let parts = half.split(separator: colon, omittingEmptySubsequences: false)
            for (place, part) in parts.enumerated() {
                let isLast = index == halves.count - 1 && place == parts.count - 1
                if isLast, isIPv4(part) {
                    groups += 2
                } else if 1...4 ~= part.count,
                    part.allSatisfy({ $0.hexadecimalValue != nil })
                {
                    groups += 1
                } else {
                    return false
                }
            }
        }
        return halves.count == 2 ? groups <= 7 : groups == 8
    }
}
