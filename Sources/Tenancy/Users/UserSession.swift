/// That a user has logged in or out, as the service that saw it tells it.
package struct UserSession: Sendable, Hashable {
    package let userID: UserID
    /// Where from; nil for where the call came from.
    package let address: String?
    /// With what; nil for what the call came with.
    package let userAgent: String?

    /// - Parameter address: empty for none, as is the user agent.
    package init?(
        userID: String, address: String, userAgent: String, violations: inout FieldViolations
    ) {
        let id = UserID(userID)
        violations.require(id != nil, "user_id", UserID.rule)
        violations.require(
            address.isEmpty || IPAddressSyntax.isAddress(address), "ip_address",
            "must be an IPv4 or IPv6 address")
        violations.require(
            userAgent.isEmpty
                || Syntax.isText(userAgent, lengthMax: AuditContext.userAgentLengthMax),
            "user_agent",
            "must be at most \(AuditContext.userAgentLengthMax) characters without control "
                + "characters")
        guard let id else { return nil }
        self.userID = id
        self.address = address.isEmpty ? nil : address
        self.userAgent = userAgent.isEmpty ? nil : userAgent
    }
}
