/// How many handlers of one connection run, on its loop.
///
/// A handler counts until it returns, whatever has become of its call. A peer that opens calls and
/// gives them up at once is always below the limit of calls in flight; if its handlers need time to
/// notice, or never look, they would pile up without an end.
final class RunningHandlers {
    private let max: Int
    private var count = 0

    init(max: Int) {
        self.max = max
    }

    /// - Throws: `RESOURCE_EXHAUSTED` when no further handler may begin.
    func checkRoom() throws(RPCError) {
        guard count < max else {
            throw RPCError(
                .resourceExhausted,
                "at most \(max) calls of one connection may be worked on, given up or not")
        }
    }

    func begun() { count += 1 }

    func ended() { count -= 1 }
}
