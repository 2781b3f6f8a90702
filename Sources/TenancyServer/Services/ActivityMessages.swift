internal import Tenancy
internal import TenancyAPI

/// Activity between the domain and the wire.
enum ActivityMessages {
    private static let hashBytes = 32

    /// The row that the caller knows, of which there may be none.
    static func knownRow(
        _ request: VerifyAuditRequest, violations: inout FieldViolations
    ) -> ChainLink? {
        guard request.knownSequence != 0 || !request.knownHash.isEmpty else { return nil }
        violations.require(
            request.knownSequence > 0, "known_sequence", "must be positive with known_hash")
        violations.require(
            request.knownHash.count == hashBytes, "known_hash",
            "must be \(hashBytes) bytes with known_sequence")
        return ChainLink(sequence: request.knownSequence, rowHash: Array(request.knownHash))
    }
}

extension ActivityListRequest {
    init?(_ request: TenancyAPI.ListActivityRequest, violations: inout FieldViolations) {
        let filter = ActivityFilter(
            actions: request.actions, actor: request.actor, entityType: request.entityType,
            entityID: request.entityId, start: request.startTime.map { Timestamp($0) },
            end: request.endTime.map { Timestamp($0) }, violations: &violations)
        self.init(
            pageSize: request.pageSize, pageToken: request.pageToken, filter: filter,
            violations: &violations)
    }
}

extension Timestamp {
    init(_ timestamp: Google_Protobuf_Timestamp) {
        self.init(microseconds: timestamp.microsecondsSince1970)
    }
}

extension TenancyAPI.Activity {
    init(_ activity: Tenancy.Activity) {
        self.init(
            sequence: activity.sequence,
            createdAt: .init(microsecondsSince1970: activity.createdAt.microseconds),
            actor: activity.actor, action: activity.action, entityType: activity.entityType,
            entityId: activity.entityID, details: JsonObject(json: activity.details.text),
            ipAddress: activity.ipAddress ?? "", userAgent: activity.userAgent ?? "",
            rowHash: activity.rowHash, previousHash: activity.previousHash)
    }
}

extension VerifyAuditResponse {
    init(_ report: AuditReport) {
        self.init(
            success: true, valid: report.fault == nil, rowsChecked: report.rowsChecked,
            firstBadSequence: report.fault?.sequence ?? 0,
            fault: report.fault.map { TenancyAPI.AuditFault($0.kind) } ?? .unspecified,
            firstKeptSequence: report.firstKeptSequence, lastSequence: report.last.sequence,
            lastHash: report.last.rowHash)
    }
}

extension TenancyAPI.AuditFault {
    fileprivate init(_ kind: Tenancy.AuditFault.Kind) {
        switch kind {
        case .edited: self = .edited
        case .missing: self = .missing
        case .reordered: self = .reordered
        case .truncated: self = .truncated
        }
    }
}
