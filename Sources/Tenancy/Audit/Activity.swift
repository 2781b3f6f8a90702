/// One row of a tenant's activity log.
package struct Activity: Sendable, Hashable {
    package let sequence: Int64
    package let createdAt: Timestamp
    package let actor: String
    package let action: String
    package let entityType: String
    package let entityID: String
    package let details: JSONObjectText
    package let ipAddress: String?
    package let userAgent: String?
    package let previousHash: [UInt8]
    package let rowHash: [UInt8]

    package init(
        sequence: Int64, createdAt: Timestamp, actor: String, action: String, entityType: String,
        entityID: String, details: JSONObjectText, ipAddress: String?, userAgent: String?,
        previousHash: [UInt8], rowHash: [UInt8]
    ) {
        self.sequence = sequence
        self.createdAt = createdAt
        self.actor = actor
        self.action = action
        self.entityType = entityType
        self.entityID = entityID
        self.details = details
        self.ipAddress = ipAddress
        self.userAgent = userAgent
        self.previousHash = previousHash
        self.rowHash = rowHash
    }

    /// Right behind this row.
    package var position: ChainPosition {
        ChainPosition(sequence: sequence, createdAt: createdAt, rowHash: rowHash)
    }
}
