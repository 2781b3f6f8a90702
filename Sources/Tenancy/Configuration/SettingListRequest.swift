/// One page of the settings of a tenant, in the order of their keys, which inserts do not disturb.
package struct SettingListRequest: Sendable, Hashable {
    package let pageSize: PageSize
    /// The key after which the page begins; empty for the first page.
    package let afterKey: String
    package let type: SettingType?
    package let keyPrefix: String

    private let filter: String

    /// - Parameter keyPrefix: empty for every key.
    package init?(
        pageSize: Int32, pageToken: String, type: SettingType?, isTypeUnknown: Bool,
        keyPrefix: String, violations: inout FieldViolations
    ) {
        let size = PageSize(pageSize)
        violations.require(size != nil, "page_size", "must not be negative")
        violations.require(!isTypeUnknown, "config_type", SettingType.rule)
        violations.require(
            SettingKey.isPrefix(keyPrefix), "key_prefix", "must be the beginning of a key")
        filter = "settings\u{0}\(type?.rawValue ?? "")\u{0}\(keyPrefix)"
        let after = pageToken.isEmpty ? nil : PageToken(pageToken, filter: filter)?.afterText
        violations.require(
            pageToken.isEmpty || after != nil, "page_token",
            "must be one that was answered for the same filters")
        guard let size else { return nil }
        self.pageSize = size
        afterKey = after ?? ""
        self.type = type
        self.keyPrefix = keyPrefix
    }

    /// The token of the page after this one.
    package func nextPageToken(after key: SettingKey) -> String {
        PageToken(afterText: key.text).encoded(filter: filter)
    }
}
