/// How a client connects, retries, and what it holds at most.
public struct ClientConfiguration: Sendable {
    /// How many connections a client keeps; calls take them in turn.
    public var connectionsPerClient = 1
    /// How many threads serve the connections; each is an event loop.
    public var loopCount = 1
    /// How long a loop looks for events again and again before it sleeps; latency for a core.
    public var busyPoll = Duration.zero
    public var limits = ClientLimits()
    public var retry = RetryConfiguration()
    /// Whether the server is told when a unary call is given up, so that its handler stops; of a
    /// stream that is given up it always is. This package's server understands it. Off by default,
    /// for containerd's Go server (1.2) ends as a process when data comes for a call that it has
    /// just answered, and who gives up cannot know whether it has.
    public var tellsOfUnaryCallsGivenUp = false
    /// Whether a call is sent again before its first try has failed; nil, the default, never.
    public var hedging: HedgingConfiguration?
    /// What looks at every call before it is sent, first one first.
    public var interceptors: [any ClientInterceptor] = []

    public init() {}
}

/// What a client takes and holds at most, each limit by its name.
public struct ClientLimits: Sendable, Hashable {
    /// What one connection may take of memory and time. `handshakeTimeMax` is how long connecting
    /// to one address may take, TLS included; `idleTimeMax` is below the server's, so that a call
    /// rarely meets a connection that the server is about to close.
    public var channel: ChannelLimits = {
        var limits = ChannelLimits()
        limits.idleTimeMax = .seconds(600)
        return limits
    }()
    /// How many calls may be in flight on one connection; the next ones wait for their turn. Below
    /// the server's own limit, which also counts calls that this side has given up.
    public var callsPerConnectionMax = 1_000
    /// How many calls may wait for one connection; one more is `RESOURCE_EXHAUSTED`.
    public var waitingCallsMax = 100_000
    /// How many messages of a server's stream may wait for their reader. One read from a socket may
    /// bring thousands of small messages before the reader can run at all.
    public var unreadMessagesMax = 65_536
    /// How many bytes of messages may wait for the readers of one connection.
    public var unreadBytesMax = 32 << 20
    /// How long to rest after the first failure to connect; doubled after each further one.
    public var reconnectDelayMin = Duration.milliseconds(20)
    /// The longest rest between two tries to connect.
    public var reconnectDelayMax = Duration.seconds(2)

    public init() {}
}

/// When and how often a call is tried again.
///
/// A call is tried again when it failed with `UNAVAILABLE` and either its method is declared
/// idempotent or the request certainly never reached a handler. A call that found no server at all
/// is not: it fails at once, or waits if it asked for that.
public struct RetryConfiguration: Sendable, Hashable {
    /// How often a call is tried in all; 1 tries once.
    public var attemptsMax = 5
    /// How long to wait before the second try; doubled before each further one, and shortened at
    /// random by up to half, so that many callers do not come back in step.
    public var delayMin = Duration.milliseconds(20)
    /// The longest wait between two tries. A server that asks for a longer one is not asked again.
    public var delayMax = Duration.seconds(5)
    /// The size of the budget: each retry takes one token, and while half of the tokens are gone
    /// nothing is retried, so that a server in trouble is not given more of it.
    public var budgetTokensMax = 4_000
    /// What a call that succeeds gives back, in thousandths of a token.
    public var budgetRefillMilli = 100

    public init() {}
}
