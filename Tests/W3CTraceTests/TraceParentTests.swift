internal import Testing
internal import W3CTrace

@Suite("W3C trace context")
struct TraceParentTests {
    private static let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("A header is read and written back")
    func roundTrip() throws {
        let parent = try #require(TraceParent(header: Self.header, state: "a=1"))
        #expect(parent.header == Self.header)
        #expect(parent.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(parent.spanIDText == "00f067aa0ba902b7")
        #expect(parent.isSampled)
        #expect(parent.state == "a=1")
    }

    @Test("A later version may say more behind another dash, and is answered in ours")
    func laterVersion() throws {
        let later = "cc" + Self.header.dropFirst(2) + "-what-comes"
        #expect(TraceParent(header: later)?.header == Self.header)
    }

    @Test(
        "Flags that are not known are not passed on",
        arguments: [("00", "00"), ("01", "01"), ("fe", "00"), ("ff", "01")])
    func flags(given: String, passedOn: String) {
        let parent = TraceParent(header: String(Self.header.dropLast(2)) + given)
        #expect(parent?.header.suffix(2) == Substring(passedOn))
    }

    @Test(
        "What breaks the standard begins a trace anew",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ])
    func refused(header: String) {
        #expect(TraceParent(header: header) == nil)
    }

    @Test("A state that is too long is dropped, and the trace goes on")
    func longState() {
        let state = String(repeating: "x", count: TraceParent.stateBytesMax + 1)
        #expect(TraceParent(header: Self.header, state: state)?.state == "")
    }
}
