/// Held by every side of a streaming call that the caller has. When the last one goes, nobody can
/// read or write any more, and the call is given up.
final class StreamLifetime: Sendable {
    private let call: ClientCall

    init(_ call: ClientCall) {
        self.call = call
    }

    deinit { call.cancelFromAnywhere() }

    func cancel() { call.cancelFromAnywhere() }
}
