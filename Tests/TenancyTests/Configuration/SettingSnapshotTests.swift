internal import Tenancy
internal import Testing

@Suite("A snapshot of settings that is read in pages") struct SettingSnapshotTests {
    private static func position(_ sequence: Int64) -> ChainPosition {
        ChainPosition(sequence: sequence, createdAt: Timestamp(microseconds: sequence), rowHash: [])
    }

    private static func setting(_ key: String) throws -> Setting {
        let now = Timestamp(microseconds: 0)
        return Setting(
            key: try #require(SettingKey(key)), type: .feature, isSensitive: false,
            value: SettingValue("true"), sealedValue: nil, description: "", updatedBy: "test",
            createdAt: now, updatedAt: now, version: 1)
    }

    private static func page(_ keys: [String], _ sequence: Int64) throws -> WatchedPage {
        WatchedPage(
            settings: try keys.map { try setting($0) }, position: position(sequence))
    }

    @Test(
        "holds the changes that were there when a setting's page was read, and no later one",
        arguments: [
            ("a", 10, true), ("a", 11, false), ("b", 10, true), ("b", 11, false),
            // Between two pages: the page that would have had it.
            ("bb", 12, true), ("bb", 13, false), ("c", 12, true), ("c", 13, false),
            // Behind all: the page that said there is no more.
            ("z", 13, true), ("z", 15, true), ("z", 16, false),
        ] as [(String, Int64, Bool)])
    func holds(key: String, sequence: Int64, isHeld: Bool) throws {
        var snapshot = SettingSnapshot()
        #expect(snapshot.lastKey.isEmpty && snapshot.first == nil)
        snapshot.take(try Self.page(["a", "b"], 10))
        #expect(snapshot.lastKey == "b")
        snapshot.take(try Self.page(["c"], 12))
        snapshot.take(try Self.page([], 15))
        #expect(snapshot.lastKey == "c")
        #expect(snapshot.first == Self.position(10) && snapshot.last == Self.position(15))
        let change = SettingChange(
            position: Self.position(sequence), isDeletion: false, setting: try Self.setting(key))
        #expect(snapshot.holds(change) == isHeld)
    }
}
