/// Who the activity log names for a change: the actor, and where the call came from.
package struct AuditContext: Sendable, Hashable {
    package static let actorLengthMax = 256
    package static let userAgentLengthMax = 512

    package let actor: String
    /// An IPv4 or IPv6 address; nil for a caller on a Unix socket.
    package let address: String?
    package let userAgent: String?

    /// What a caller sends about itself must never make its call fail: control characters are
    /// dropped, long text is cut, and an address that is none is left out.
    package init(actor: String, address: String? = nil, userAgent: String? = nil) {
        self.actor = Self.cleaned(actor, lengthMax: Self.actorLengthMax) ?? "unknown"
        self.address = address.flatMap { IPAddressSyntax.isAddress($0) ? $0 : nil }
        self.userAgent = userAgent.flatMap {
            Self.cleaned($0, lengthMax: Self.userAgentLengthMax)
        }
    }

    private static func cleaned(_ text: String, lengthMax: Int) -> String? {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.lazy.prefix(lengthMax)
        where scalar.properties.generalCategory != .control {
            scalars.append(scalar)
        }
        return scalars.isEmpty ? nil : String(scalars)
    }
}
