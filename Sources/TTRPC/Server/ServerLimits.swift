/// What a server gives to its peers, each limit by its name.
public struct ServerLimits: Sendable, Hashable {
    /// What one connection may take of memory and time.
    public var channel = ChannelLimits()
    /// How many connections the server holds; one more is closed at once.
    public var connectionsMax = 16_384
    /// How many connections one peer may hold: one user on a Unix socket, one address on TCP.
    public var connectionsPerPeerMax = 12_288
    /// How many bytes of unfinished frames all connections may hold together; the connection that
    /// would go over it is closed.
    public var unfinishedBytesMax = 128 << 20
    /// How many bytes of answers may wait for peers that do not take them, on all connections
    /// together; the connection that would go over it is closed.
    public var unsentBytesTotalMax = 256 << 20
    /// How many calls may be in flight on one connection; one more is `RESOURCE_EXHAUSTED`.
    public var callsPerConnectionMax = 1_024
    /// How many calls of one connection may have a handler at work; one more is
    /// `RESOURCE_EXHAUSTED`. A handler counts until it returns, also when its call has ended.
    public var callsAtWorkPerConnectionMax = 1_024
    /// How many calls of one connection may have a handler at work for a party that is over its
    /// share of the loop's time; one more is `RESOURCE_EXHAUSTED`.
    public var heldCallsPerConnectionMax = 512
    /// How many calls of all connections together may have a handler at work; one more is
    /// `UNAVAILABLE` and was not begun, unless its connection has fewer than
    /// `callsAtWorkGuaranteed`.
    public var callsAtWorkMax = 32_768
    /// How many calls of a connection are worked on whatever others have at work.
    public var callsAtWorkGuaranteed = 4
    /// What a caller is told to wait that was refused for `callsAtWorkMax`, or
    /// `heldCallsPerConnectionMax`.
    public var overloadRetryDelay = Duration.milliseconds(100)
    /// How many messages of a client's stream may wait for its handler. One read from a socket
    /// may bring thousands of small messages before the handler can run at all.
    public var unreadMessagesMax = 16_384
    /// How many bytes of messages may wait for the handlers of one connection.
    public var unreadBytesMax = 16 << 20
    /// How many metadata pairs a request may carry.
    public var metadataPairsMax = 64
    /// How many bytes of metadata a request may carry.
    public var metadataBytesMax = 16 << 10
    /// The longest deadline of a unary call, also for a caller that sets none.
    public var unaryTimeMax = Duration.seconds(60)
    /// The longest deadline of a call in which somebody streams, also for a caller that sets none;
    /// nil lets it last, because a watch does.
    public var streamTimeMax: Duration?
    /// How long a drain waits for calls in flight before it ends them.
    public var drainTimeMax = Duration.seconds(10)
    /// How long a connection without calls stays open in a drain, so that a call on its way is
    /// answered that it was not begun.
    public var drainIdleTime = Duration.milliseconds(100)
    /// What a refused caller is told to wait during a drain.
    public var drainRetryDelay = Duration.milliseconds(100)

    public init() {}

    var envelope: RequestEnvelope.Limits {
        RequestEnvelope.Limits(
            metadataPairsMax: metadataPairsMax, metadataBytesMax: metadataBytesMax)
    }
}
