/// The streams of one connection, from the client's side: what each frame means, decided without
/// doing anything about it.
///
/// A stream is registered before its request can leave, so an answer always finds it. A stream that
/// ended here, or was given up, is simply not there any more: frames for it are ignored.
struct ClientStreams<Call> {
    private struct Stream {
        let call: Call
        /// Whether the server answers with a stream of messages.
        let serverStreams: Bool
        /// Whether this side may still send data.
        var isLocalOpen: Bool
    }

    /// What to do with a frame.
    enum Action {
        /// The stream has ended: hand the response's data to the call.
        case answer(Call)
        /// Hand the message, if there is one, to the call, and then the end, if it is the end.
        case deliver(Call, hasMessage: Bool, isEnd: Bool)
        /// The stream has ended: fail the call. `tellServer` when the server still works for it.
        case fail(Call, RPCError, tellServer: Bool)
        /// Nobody waits for it.
        case ignore
    }

    private var open: [UInt32: Stream] = [:]
    /// The id of the next stream; zero once the ids are used up.
    private var nextIDOrZero: UInt32

    /// - Parameter firstID: Odd; a test begins near the end of the ids.
    init(firstID: UInt32 = 1) {
        precondition(!firstID.isMultiple(of: 2), "a client's streams are odd")
        nextIDOrZero = firstID
    }

    var count: Int { open.count }
    var isEmpty: Bool { open.isEmpty }
    var calls: [Call] { open.values.map(\.call) }

    /// The id that the next stream will have; nil when the connection has none left and another
    /// one has to be opened.
    var nextID: UInt32? { nextIDOrZero == 0 ? nil : nextIDOrZero }

    /// Opens stream `id`, which is `nextID`.
    mutating func register(_ id: UInt32, _ call: Call, kind: MethodKind) {
        precondition(id == nextIDOrZero, "streams are opened in the order of their ids")
        open[id] = Stream(
            call: call, serverStreams: kind.serverStreams, isLocalOpen: kind.clientStreams)
        let (next, overflow) = id.addingReportingOverflow(2)
        nextIDOrZero = overflow ? 0 : next
    }

    /// A response frame: the end of every kind of call.
    mutating func receiveResponse(_ id: UInt32) -> Action {
        open.removeValue(forKey: id).map { .answer($0.call) } ?? .ignore
    }

    mutating func receiveData(_ id: UInt32, flags: FrameFlags) -> Action {
        guard let stream = open[id] else { return .ignore }
        guard stream.serverStreams else {
            open[id] = nil
            return .fail(
                stream.call,
                RPCError(.internal, "the server streams for a method that has one answer"),
                tellServer: true)
        }
        let isEnd = flags.contains(.remoteClosed)
        if isEnd { open[id] = nil }
        return .deliver(stream.call, hasMessage: !flags.contains(.noData), isEnd: isEnd)
    }

    /// A frame whose data is over the limit and is skipped.
    mutating func receiveOversized(_ header: FrameHeader, dataBytesMax: Int) -> Action {
        guard let stream = open.removeValue(forKey: header.stream) else { return .ignore }
        return .fail(
            stream.call,
            RPCError(
                .resourceExhausted,
                "the answer has \(header.length) bytes; a frame may carry \(dataBytesMax)"),
            tellServer: header.type != .response)
    }

    /// A frame that a server does not send.
    mutating func receiveUnknown(_ header: FrameHeader) -> Action {
        guard let stream = open.removeValue(forKey: header.stream) else { return .ignore }
        return .fail(
            stream.call,
            RPCError(.internal, "the server sent a frame of type \(header.type.rawValue)"),
            tellServer: true)
    }

    /// Whether data may be sent on `id`.
    func isLocalOpen(_ id: UInt32) -> Bool { open[id]?.isLocalOpen ?? false }

    /// This side sends no more. False when it had said so already, or the stream has ended.
    mutating func closeLocal(_ id: UInt32) -> Bool {
        guard open[id]?.isLocalOpen == true else { return false }
        open[id]?.isLocalOpen = false
        return true
    }

    /// This side gives the stream up. False when it had ended already.
    mutating func forget(_ id: UInt32) -> Bool {
        open.removeValue(forKey: id) != nil
    }

    /// The connection is gone: every stream has ended, in the order in which they were opened.
    mutating func removeAll() -> [Call] {
        let calls = open.sorted { $0.key < $1.key }.map(\.value.call)
        open = [:]
        return calls
    }
}
