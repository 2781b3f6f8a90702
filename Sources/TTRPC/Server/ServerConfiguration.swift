/// Where a server listens and what it gives to its peers.
public struct ServerConfiguration: Sendable {
    /// Where it listens; at least one.
    public var listeners: [ListenerConfiguration]
    public var limits = ServerLimits()
    /// How many threads serve connections; each is an event loop.
    public var loopCount = 1
    /// How long a loop looks for events again and again before it sleeps; latency for a core.
    public var busyPoll = Duration.zero
    /// How much of the time of a loop the handlers of one party may work, in per cent from 1 to
    /// 100, while others want some; 100 is no limit. See `PartyRequest`.
    public var partySharePercent = 100

    public init(listeners: [ListenerConfiguration]) {
        self.listeners = listeners
    }
}

/// One place to listen on.
public struct ListenerConfiguration: Sendable {
    /// The address; port 0 lets the kernel choose one.
    public var address: SocketAddress
    /// How to speak TLS; nil is plain text, which only a Unix socket or a loopback should carry.
    public var tls: ServerTLS?
    /// The permission bits of a Unix socket's file; only owner and group by default.
    public var unixMode: UInt32 = 0o660
    /// The user and the group that a Unix socket's file belongs to; nil leaves them the server's.
    public var unixOwner: UInt32?
    public var unixGroup: UInt32?
    /// A socket that listens on the address already, such as one that a service manager hands
    /// over. It is the server's from now on; a Unix socket's file stays when the server stops,
    /// because whoever opened the socket goes on listening.
    public var inheritedDescriptor: CInt?

    public init(_ address: SocketAddress, tls: ServerTLS? = nil) {
        self.address = address
        self.tls = tls
    }
}
