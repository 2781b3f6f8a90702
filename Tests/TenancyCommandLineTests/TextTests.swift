internal import TTRPC
internal import TenancyCommandLine
internal import Testing

@Suite("Durations, numbers and tables as text")
struct TextTests {
    @Test(
        "A duration needs a unit",
        arguments: [
            ("5s", .seconds(5)), ("250ms", .milliseconds(250)), ("1.5s", .milliseconds(1500)),
            ("2m", .seconds(120)), ("1h", .seconds(3600)), ("10us", .microseconds(10)),
            ("7ns", .nanoseconds(7)), ("0s", .zero), ("24h", .seconds(86_400)),
            ("5", nil), ("s", nil), ("-1s", nil), ("1d", nil), ("25h", nil), ("", nil),
            ("1e400s", nil), ("1..5s", nil), ("nans", nil),
        ] as [(String, Duration?)])
    func duration(text: String, duration: Duration?) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(
        "A duration is shown in a unit that fits",
        arguments: [
            (0, "0 ns"), (999, "999 ns"), (1000, "1.00 µs"), (15_230, "15.2 µs"),
            (152_300, "152 µs"), (1_520_000, "1.52 ms"), (61e9, "61.0 s"),
        ] as [(Double, String)])
    func durationText(nanoseconds: Double, text: String) {
        #expect(DurationText.text(nanoseconds: nanoseconds) == text)
    }

    @Test(
        "Decimals are rounded and padded",
        arguments: [
            (1.005, 1, "1.0"), (1.25, 1, "1.3"), (-1.25, 1, "-1.3"), (0.001, 2, "0.00"),
            (-0.001, 2, "0.00"), (12.0, 0, "12"), (3.04, 2, "3.04"),
        ] as [(Double, Int, String)])
    func decimals(value: Double, digits: Int, text: String) {
        #expect(Decimals.text(value, digits: digits) == text)
    }

    @Test(
        "Integers are grouped",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ] as [(Int, String)])
    func grouped(value: Int, text: String) {
        #expect(Decimals.grouped(value) == text)
    }

    @Test("Columns are as wide as their widest cell, and lines end without spaces")
    func table() {
        var table = TextTable([("NAME", .left), ("COUNT", .right), ("NOTE", .left)])
        table.append(["a", "1", ""])
        table.append(["longer", "12345678"])
        #expect(
            table.text == """
                NAME       COUNT  NOTE
                a              1
                longer  12345678

                """)
    }
}

@Suite("What calls carry")
struct CallCarriageTests {
    @Test("A token is taken without the space around it")
    func token() throws {
        let credential = try Credential(text: " vym_2_abc\n", source: "file")
        #expect(credential.authorization == "Bearer vym_2_abc")
    }

    @Test(
        "What is not one token is refused without being repeated",
        arguments: ["", " \n", "a b", "é"])
    func badToken(text: String) {
        let failure = #expect(throws: CommandFailure.self) {
            try Credential(text: text, source: "the file")
        }
        #expect(failure?.description == "the file does not hold one key or token")
    }

    @Test("Metadata keeps its order, and a value may hold an equals sign")
    func metadata() throws {
        let metadata = try MetadataText.parse(["Bfc-Actor=u", "k=a=b", "k="])
        #expect(metadata == Metadata([("bfc-actor", "u"), ("k", "a=b"), ("k", "")]))
    }

    @Test(
        "Metadata that is malformed or holds a secret is refused",
        arguments: ["k", "=v", "a b=v", "authorization=Bearer x", "Authorization=x"])
    func badMetadata(text: String) {
        #expect(throws: CommandFailure.self) { try MetadataText.parse([text]) }
    }

    @Test("A failed call ends with 16 and its code")
    func exitStatus() {
        #expect(CommandStatus(.notFound).rawValue == 21)
        #expect(CommandStatus(.unauthenticated).rawValue == 32)
        #expect(CommandStatus(.unavailable) == .unreachable)
        #expect(CommandStatus(RPCError.Code(rawValue: 999)) == CommandStatus(.unknown))
        #expect(CommandStatus(RPCError.Code(rawValue: -1)) == CommandStatus(.unknown))
    }
}
