/// Which rows of the activity log are asked for: those that every given part is true of.
package struct ActivityFilter: Sendable, Hashable {
    package static let actionsMax = 32
    package static let nameBytesMax = 64
    package static let actorBytesMax = 1_024
    package static let entityIDBytesMax = 1_024
    package static let nameRule = "must be lower-case letters, digits and underscores"
    /// What both protobuf and the database can say: the years 1 to 9999.
    private static let times =
        Timestamp(
            microseconds: -62_135_596_800_000_000)...Timestamp(
            microseconds: 253_402_300_799_999_999)

    /// In their order, each once; all when empty.
    package let actions: [String]
    package let actor: String?
    package let entityType: String?
    package let entityID: String?
    /// At or after.
    package let start: Timestamp?
    /// Before.
    package let end: Timestamp?

    /// Empty text means not given. Adds every violation.
    package init(
        actions: [String] = [], actor: String = "", entityType: String = "",
        entityID: String = "", start: Timestamp? = nil, end: Timestamp? = nil,
        violations: inout FieldViolations
    ) {
        violations.require(
            actions.count <= Self.actionsMax, "actions", "must be at most \(Self.actionsMax)")
        violations.require(actions.allSatisfy(Self.isName), "actions", Self.nameRule)
        violations.require(
            actor.utf8.count <= Self.actorBytesMax, "actor",
            "must be at most \(Self.actorBytesMax) bytes")
        violations.require(
            entityType.isEmpty || Self.isName(entityType), "entity_type", Self.nameRule)
        violations.require(
            entityID.utf8.count <= Self.entityIDBytesMax, "entity_id",
            "must be at most \(Self.entityIDBytesMax) bytes")
        violations.require(
            entityID.isEmpty || !entityType.isEmpty, "entity_id", "needs entity_type")
        for (field, time) in [("start_time", start), ("end_time", end)] {
            guard let time else { continue }
            violations.require(
                Self.times.contains(time), field, "must be a time of the years 1 to 9999")
        }
        if let start, let end {
            violations.require(start < end, "end_time", "must be after start_time")
        }
        self.actions = Set(actions).sorted()
        self.actor = actor.isEmpty ? nil : actor
        self.entityType = entityType.isEmpty ? nil : entityType
        self.entityID = entityID.isEmpty ? nil : entityID
        self.start = start
        self.end = end
    }

    private static func isName(_ text: String) -> Bool {
        1...nameBytesMax ~= text.utf8.count
            && text.utf8.allSatisfy {
                $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "_")
            }
    }

    /// Text that differs for every other filter.
    var text: String {
        let parts: [String?] =
            [actor, entityType, entityID, start.map { String($0.microseconds) }]
            + [end.map { String($0.microseconds) }] + actions.map { $0 }
        // Lengths keep neighbours apart.
        return parts.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
    }
}
