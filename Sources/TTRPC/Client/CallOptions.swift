/// What a caller may ask for one call.
public struct CallOptions: Sendable, Hashable {
    /// How long the call may take in all, tries and waits included; nil waits for as long as the
    /// server does. It travels with the request, and the client keeps it too. An earlier deadline
    /// of the calling task (`CallDeadline`) wins.
    public var timeout: Duration?
    /// What travels beside the request.
    public var metadata = Metadata()
    /// Whether to wait for a connection while there is none. Otherwise a call whose server cannot
    /// be reached fails at once with `UNAVAILABLE`.
    public var waitForReady = false

    public init(
        timeout: Duration? = nil, metadata: Metadata = Metadata(), waitForReady: Bool = false
    ) {
        self.timeout = timeout
        self.metadata = metadata
        self.waitForReady = waitForReady
    }

    /// No timeout, no metadata, no waiting for a connection.
    public static let defaults = CallOptions()
}
