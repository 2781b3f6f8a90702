extension ErrorScenario {
    static let quotas = amounts + shares + reservations + leases

    private static let tooMuch = #""resource":"RESOURCE_API_CALLS","amount":"10001""#
    private static let tooNew = SoundCall.oneCall + #","minLimitVersion":"99""#
    private static let batch = #""items":[{\#(SoundCall.oneCall)}],"minLimitVersion":"99""#
    private static let ahead = "LIMIT_VERSION_AHEAD"

    private static let amounts: [ErrorScenario] = [
        .init("QuotaService/Consume", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", with: tooMuch),
        .init("QuotaService/Consume", "FAILED_PRECONDITION", ahead, with: tooNew),
        .init(
            "QuotaService/Consume", "FAILED_PRECONDITION", ahead,
            with: tooNew + #","idempotencyKey":"${code}""#),
        .init(
            "QuotaService/Consume", "FAILED_PRECONDITION", ahead,
            with: tooNew + #","validateOnly":true"#),
        .init("QuotaService/CheckQuota", "FAILED_PRECONDITION", ahead, with: tooNew),
        .init("QuotaService/BatchCheck", "FAILED_PRECONDITION", ahead, with: batch),
        .init(
            "QuotaService/BatchConsume", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED",
            with: #""allOrNone":true,"items":[{\#(tooMuch)}]"#),
        .init("QuotaService/BatchConsume", "FAILED_PRECONDITION", ahead, with: batch),
        .init(
            "QuotaService/BatchConsume", "FAILED_PRECONDITION", ahead,
            with: batch + #","idempotencyKey":"${code}""#),
        .init(
            "QuotaService/BatchConsume", "FAILED_PRECONDITION", ahead,
            with: batch + #","validateOnly":true"#),
        .init(
            "QuotaService/Refund", "FAILED_PRECONDITION", "REFUND_EXCEEDS_USAGE",
            after: [.call("QuotaService/Consume", SoundCall.oneCall)],
            with: #""resource":"RESOURCE_API_CALLS","amount":"2""#),
        .init("QuotaService/WatchQuota", "INVALID_ARGUMENT", with: #""resources":[99]"#),
        .init(
            "QuotaService/ReconcileUsage", "FAILED_PRECONDITION", "USAGE_NOT_KEPT",
            with: #""month":"2001-01""#),
    ]

    private static let nothing =
        #""userId":"the-user","resource":"RESOURCE_API_CALLS","max":"0""#
    private static let ofUser = #""userId":"the-user","#
    private static let ofNobody = #""userId":"nobody","#

    /// What a member's share refuses, and who is no member.
    private static let shares: [ErrorScenario] = [
        .init(
            "QuotaService/Consume", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED",
            after: [.call("QuotaService/SetUserQuota", nothing)],
            with: ofUser + SoundCall.oneCall),
        .init(
            "QuotaService/BatchConsume", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED",
            after: [.call("QuotaService/SetUserQuota", nothing)],
            with: ofUser + #""allOrNone":true,"items":[{\#(SoundCall.oneCall)}]"#),
        .init(
            "QuotaService/SetUserQuota", "ABORTED", "VERSION_MISMATCH",
            with: nothing + #","expectedVersion":"7""#),
        .init(
            "QuotaService/SetUserQuota", "NOT_FOUND",
            with: ofNobody + #""resource":"RESOURCE_STORAGE""#),
        .init("QuotaService/CheckQuota", "NOT_FOUND", with: ofNobody + SoundCall.oneCall),
        .init("QuotaService/Consume", "NOT_FOUND", with: ofNobody + SoundCall.oneCall),
        .init("QuotaService/Refund", "NOT_FOUND", with: ofNobody + SoundCall.oneCall),
    ]

    private static let reservation = #""reservationId":"${reservationId}""#
    private static let released = Step.call("QuotaService/Release", reservation)

    private static let reservations: [ErrorScenario] = [
        .init("QuotaService/Reserve", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", with: tooMuch),
        .init(
            "QuotaService/Commit", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED",
            after: [SoundCall.reserved], with: reservation + #","actualAmount":"10001""#),
        .init(
            "QuotaService/Commit", "FAILED_PRECONDITION", "RESERVATION_ENDED",
            after: [SoundCall.reserved, released], with: reservation),
        .init(
            "QuotaService/Release", "FAILED_PRECONDITION", "RESERVATION_ENDED",
            after: [SoundCall.reserved, .call("QuotaService/Commit", reservation)],
            with: reservation),
    ]

    private static func lease(_ sequence: Int) -> String {
        #""leaseId":"${leaseId}","sequence":"\#(sequence)""#
    }

    private static let leases: [ErrorScenario] =
        [
            .init(
                "QuotaService/AcquireLease", "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED",
                after: [
                    .call(
                        "QuotaService/Consume",
                        #""resource":"RESOURCE_API_CALLS","amount":"10000""#)
                ], with: SoundCall.oneCall)
        ]
        + ["RenewLease", "ReturnLease"].flatMap { method in
            [
                .init(
                    "QuotaService/\(method)", "FAILED_PRECONDITION", "LEASE_ENDED",
                    after: [SoundCall.leased, .call("QuotaService/ReturnLease", lease(1))],
                    with: lease(2)),
                .init(
                    "QuotaService/\(method)", "ABORTED", "VERSION_MISMATCH",
                    after: [SoundCall.leased, .call("QuotaService/RenewLease", lease(2))],
                    with: lease(1)),
                .init(
                    "QuotaService/\(method)", "INVALID_ARGUMENT",
                    after: [SoundCall.leased], with: lease(1) + #","consumed":"2""#),
            ] as [ErrorScenario]
        }
}
