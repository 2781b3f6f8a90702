/// The key of a setting.
package struct SettingKey: Sendable, Hashable {
    package static let bytesMax = 128
    package static let rule = """
        must be 1 to 128 lower-case letters, digits and "_", "-", ".", beginning with a letter
        """

    package let text: String

    package init?(_ text: String) {
        let bytes = text.utf8
        guard 1...Self.bytesMax ~= bytes.count, bytes.first?.isASCIILowercase == true,
            bytes.allSatisfy(Self.mayHold)
        else { return nil }
        self.text = text
    }

    /// Whether a key may begin with this text; the empty text begins every key.
    package static func isPrefix(_ text: String) -> Bool {
        text.isEmpty || SettingKey(text) != nil
    }

    private static func mayHold(_ byte: UInt8) -> Bool {
        byte.isASCIILowercase || byte.isASCIIDigit || "_-.".utf8.contains(byte)
    }
}
