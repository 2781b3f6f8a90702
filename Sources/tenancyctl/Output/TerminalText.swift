/// Text from elsewhere, made fit for a terminal.
enum TerminalText {
    /// The text with control characters spelled out, so that what a server or a tenant wrote
    /// cannot move the cursor, change colours or fake a line of ours.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                out += scalar.escaped(asASCII: true)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
