/// The streams of one connection, from the server's side: what each frame means, decided without
/// doing anything about it.
///
/// A stream that is answered at once never enters the table. Every other one is registered before
/// its handler starts, so that an answer can never come for a stream that is not there yet.
struct ServerStreams<Call> {
    /// Streams by id, each with what may still come from the client.
    private var open: [UInt32: Stream] = [:]
    private var lastID: UInt32 = 0
    private let callsMax: Int

    private struct Stream {
        let call: Call
        /// Whether the client may still send data.
        var isRemoteOpen: Bool
    }

    /// What to do with a request frame.
    enum RequestAction: Equatable {
        case dispatch
        case refuse(RPCError)
    }

    /// What to do with a data frame.
    enum DataAction {
        /// Hand the message, if there is one, to the call, and then the end, if it is the end.
        case deliver(Call, hasMessage: Bool, isEnd: Bool)
        /// The stream has ended already: a frame that crossed our answer.
        case ignore
        /// End the stream with this status.
        case fail(Call, RPCError)
        /// The client says that it gives up, or closed its side a second time: it has no interest
        /// in the answer any more.
        case giveUp(Call)
    }

    init(callsMax: Int) {
        self.callsMax = callsMax
    }

    var count: Int { open.count }
    var isEmpty: Bool { open.isEmpty }
    var calls: [Call] { open.values.map(\.call) }

    func contains(_ id: UInt32) -> Bool { open[id] != nil }
    func call(_ id: UInt32) -> Call? { open[id]?.call }

    /// Whether a request could open stream `id`: odd, and above every id before it.
    func isUnused(_ id: UInt32) -> Bool { !id.isMultiple(of: 2) && id > lastID }

    mutating func receiveRequest(_ id: UInt32) -> RequestAction {
        guard !id.isMultiple(of: 2) else {
            return .refuse(RPCError(.invalidArgument, "stream id \(id): must be odd"))
        }
        guard id > lastID else {
            return .refuse(
                RPCError(.invalidArgument, "stream id \(id): must be above \(lastID), the last one")
            )
        }
        lastID = id
        guard open.count < callsMax else {
            return .refuse(
                RPCError(
                    .resourceExhausted,
                    "at most \(callsMax) calls may be in flight on one connection"))
        }
        return .dispatch
    }

    mutating func register(_ id: UInt32, _ call: Call, isRemoteOpen: Bool) {
        precondition(open[id] == nil, "a stream is registered once")
        open[id] = Stream(call: call, isRemoteOpen: isRemoteOpen)
    }

    mutating func receiveData(_ id: UInt32, flags: FrameFlags) -> DataAction {
        guard var stream = open[id] else { return .ignore }
        if flags.contains(.givesUp) { return .giveUp(stream.call) }
        guard stream.isRemoteOpen else {
            if flags.contains([.remoteClosed, .noData]) { return .giveUp(stream.call) }
            return .fail(
                stream.call,
                RPCError(.invalidArgument, "stream \(id): data after the client closed it"))
        }
        if flags.contains(.remoteClosed) {
            stream.isRemoteOpen = false
            open[id] = stream
        }
        return .deliver(
            stream.call, hasMessage: !flags.contains(.noData),
            isEnd: flags.contains(.remoteClosed))
    }

    /// The stream has ended. False when it had already.
    mutating func end(_ id: UInt32) -> Bool {
        open.removeValue(forKey: id) != nil
    }
}
