internal import Testing

@testable internal import TTRPC

@Suite("How much of one connection is read at once")
struct ReadPaceTests {
    /// How many frames an event brings of a peer that has sent without an end.
    private static func framesOfEvent(
        _ pace: inout ReadPace, frameBytes: Int, isShared: Bool, beginHandlers: Bool = false
    ) -> Int {
        var count = 0
        pace.begin(isShared: isShared)
        while pace.mayRead {
            pace.willRead()
            for _ in 0..<pace.bytes / frameBytes {
                pace.tookFrame(beganHandler: beginHandlers)
                count += 1
            }
            pace.didRead(pace.bytes)
        }
        return count
    }

    @Test("is fewer frames where others wait", arguments: [20, 50, 100, 400])
    func shared(frameBytes: Int) {
        var pace = ReadPace()
        for _ in 0..<10 {
            _ = Self.framesOfEvent(&pace, frameBytes: frameBytes, isShared: true)
        }
        let shared = Self.framesOfEvent(&pace, frameBytes: frameBytes, isShared: true)
        let smallest = ReadPace.bytesMin / frameBytes
        #expect(shared <= 2 * max(ReadPace.framesPerSharedEventMax, smallest))
        let alone = Self.framesOfEvent(&pace, frameBytes: frameBytes, isShared: false)
        #expect(alone >= ReadPace.framesPerEventMax && alone <= 2 * ReadPace.framesPerEventMax)
    }

    @Test("is fewer calls where each begins a handler", arguments: [50, 100, 400])
    func handlers(frameBytes: Int) {
        var pace = ReadPace()
        for isShared in [true, false] {
            for _ in 0..<10 {
                _ = Self.framesOfEvent(
                    &pace, frameBytes: frameBytes, isShared: isShared, beginHandlers: true)
            }
            let frames = Self.framesOfEvent(
                &pace, frameBytes: frameBytes, isShared: isShared, beginHandlers: true)
            let most =
                isShared ? ReadPace.framesPerSharedEventMax : ReadPace.framesPerEventMax
            let smallest = ReadPace.bytesMin / frameBytes
            #expect(frames >= 1)
            #expect(frames <= 2 * max(most / ReadPace.framesPerHandler, smallest))
        }
    }

    @Test("grows to what the buffer holds for large frames, within so many reads")
    func large() {
        var pace = ReadPace()
        for _ in 0..<3 {
            pace.begin(isShared: true)
            var reads = 0
            while pace.mayRead {
                pace.willRead()
                reads += 1
                pace.didRead(pace.bytes)
            }
            #expect(reads == ReadPace.readsPerEventMax)
        }
        #expect(pace.bytes == ChannelBuffers.readBytesMax)
        #expect(!pace.completedFrame)
    }
}
