/// One white-label setting of a tenant, as it is stored.
package struct Setting: Sendable, Hashable {
    /// The most that one tenant may have.
    package static let countMax = 1_000

    package let key: SettingKey
    package let type: SettingType
    package let isSensitive: Bool
    /// Nil when it is a secret that was not opened.
    package var value: SettingValue?
    /// The value of a secret, sealed; nil for a plain one, and where it was not read.
    package let sealedValue: [UInt8]?
    /// Empty when there is none.
    package let description: String
    /// Who changed it last, as the activity log names them.
    package let updatedBy: String
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
    package let version: Int64

    package init(
        key: SettingKey, type: SettingType, isSensitive: Bool, value: SettingValue?,
        sealedValue: [UInt8]?,
        description: String, updatedBy: String, createdAt: Timestamp, updatedAt: Timestamp,
        version: Int64
    ) {
        self.key = key
        self.type = type
        self.isSensitive = isSensitive
        self.value = value
        self.sealedValue = sealedValue
        self.description = description
        self.updatedBy = updatedBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}
