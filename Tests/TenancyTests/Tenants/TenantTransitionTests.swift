internal import Tenancy
internal import Testing

@Suite struct TenantTransitionTests {
    /// The whole drawing: every transition from every status.
    static let table: [(TenantStatus, TenantTransition, TenantStatus?)] = [
        (.active, .suspend, .suspended), (.active, .reactivate, nil),
        (.active, .deactivate, .inactive),
        (.suspended, .suspend, nil), (.suspended, .reactivate, .active),
        (.suspended, .deactivate, .inactive),
        (.inactive, .suspend, nil), (.inactive, .reactivate, .active),
        (.inactive, .deactivate, nil),
    ]

    @Test("A status changes as drawn, and in no other way", arguments: table)
    func drawn(_ status: TenantStatus, _ transition: TenantTransition, _ result: TenantStatus?) {
        if let result {
            #expect((try? transition.applied(to: status)) == result)
        } else {
            let error = #expect(throws: DomainError.self) {
                try transition.applied(to: status)
            }
            #expect(error?.code == .failedPrecondition(.invalidStatusTransition))
            #expect(
                error?.metadata
                    == ["from": status.rawValue, "to": transition.target.rawValue])
        }
    }

    @Test("The table is complete")
    func complete() {
        #expect(
            Self.table.count == TenantStatus.allCases.count * TenantTransition.allCases.count)
    }

    @Test("A reason is text of a bounded length, and may be missing")
    func reason() {
        for (reason, isSound) in [
            ("", true), ("licence lapsed", true), (String(repeating: "é", count: 500), true),
            (String(repeating: "x", count: 501), false), ("a\nb", false), (" ", false),
        ] {
            var violations = FieldViolations()
            let request = TenantTransitionRequest(
                .suspend, reason: reason, expectedVersion: 0, violations: &violations)
            #expect((request != nil) == isSound)
            #expect(violations.all.map(\.field) == (isSound ? [] : ["reason"]))
            if isSound { #expect(request?.reason == (reason.isEmpty ? nil : reason)) }
        }
    }

    @Test("Every violation is named")
    func violations() {
        var violations = FieldViolations()
        let request = TenantTransitionRequest(
            .suspend, reason: "\u{7}", expectedVersion: -1, violations: &violations)
        #expect(request == nil)
        #expect(violations.all.map(\.field) == ["reason", "expected_version"])
    }
}
