internal import Tenancy
internal import Testing

@Suite struct SettingDraftTests {
    static func draft(
        _ value: String = "true", type: SettingType? = .feature, isSensitive: Bool = false,
        expected: Int64 = 0, key: String = "flags", description: String = ""
    ) -> (SettingDraft?, [String]) {
        var violations = FieldViolations()
        let draft = SettingDraft(
            key: key, value: value, type: type, isTypeUnknown: false, isSensitive: isSensitive,
            description: description, expectedVersion: expected, violations: &violations)
        return (draft, violations.all.map(\.field))
    }

    static func present(_ type: SettingType, version: Int64, isSensitive: Bool) throws -> Setting {
        let moment = Timestamp(microseconds: 0)
        return Setting(
            key: try #require(SettingKey("flags")), type: type, isSensitive: isSensitive,
            value: nil, sealedValue: isSensitive ? [1] : nil, description: "", updatedBy: "user:a",
            createdAt: moment, updatedAt: moment, version: version)
    }

    @Test(
        "Keys",
        arguments: [
            ("branding", true), ("a", true), ("a.b-c_9", true),
            (String(repeating: "a", count: 128), true), ("", false), ("9a", false), ("_a", false),
            ("A", false), ("a b", false), ("a/b", false), ("ä", false),
            (String(repeating: "a", count: 129), false),
        ])
    func keys(_ key: String, _ isSound: Bool) {
        #expect((SettingKey(key) != nil) == isSound)
    }

    @Test("Every violation is told at once")
    func violations() {
        var violations = FieldViolations()
        let draft = SettingDraft(
            key: "Bad", value: "{", type: nil, isTypeUnknown: true, isSensitive: false,
            description: String(repeating: "d", count: 501), expectedVersion: -2,
            violations: &violations)
        #expect(draft == nil)
        #expect(
            violations.all.map(\.field) == [
                "config_key", "config_value", "config_type", "description", "expected_version",
            ])
    }

    @Test(
        "The version that the caller has seen",
        arguments: [
            (Int64(0), Int64?.none, true), (0, 3, true), (3, 3, true), (2, 3, false),
            (3, nil, false), (-1, nil, true), (-1, 1, false),
        ])
    func versions(_ expected: Int64, _ version: Int64?, _ isSettled: Bool) throws {
        let draft = try #require(Self.draft(expected: expected).0)
        let present = try version.map {
            try Self.present(.feature, version: $0, isSensitive: false)
        }
        if isSettled {
            #expect(try draft.settled(over: present).type == .feature)
        } else {
            let error = #expect(throws: DomainError.self) { try draft.settled(over: present) }
            #expect(error?.code == .versionMismatch)
        }
    }

    @Test("A new setting needs a type, and no setting changes its type")
    func types() throws {
        let untyped = try #require(Self.draft("{}", type: nil).0)
        #expect(throws: DomainError.self) { try untyped.settled(over: nil) }
        let feature = try Self.present(.feature, version: 1, isSensitive: false)
        #expect(try untyped.settled(over: feature).type == .feature)
        let other = try #require(Self.draft("{}", type: .security).0)
        #expect(throws: DomainError.self) { try other.settled(over: feature) }
        // The rules of the type hold also when it was not given.
        let number = try #require(Self.draft("1", type: nil).0)
        #expect(throws: DomainError.self) { try number.settled(over: feature) }
        #expect(Self.draft("1", type: .feature).1 == ["config_value"])
    }

    @Test("A secret stays a secret, whatever is said")
    func secrets() throws {
        let plain = try #require(Self.draft().0)
        let secret = try Self.present(.feature, version: 1, isSensitive: true)
        #expect(try plain.settled(over: secret).isSensitive)
        #expect(try !plain.settled(over: nil).isSensitive)
        let hidden = try #require(Self.draft(isSensitive: true).0)
        #expect(
            try hidden.settled(over: Self.present(.feature, version: 1, isSensitive: false))
                .isSensitive)
    }
}
