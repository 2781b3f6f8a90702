internal import TTRPC
internal import Tenancy
internal import TenancyAPI

/// A request of a watch: the first subscribes, the others acknowledge.
protocol WatchRequest: WireMessage {
    var tenantCode: String { get }
    var tenantId: Int64 { get }
    var resumeToken: String { get }
    var acknowledgedToken: String { get }
}

/// Something that happened in a tenant, behind which a watch can go on.
protocol WatchEvent: Sendable {
    var position: ChainPosition { get }
}

/// What a watch watches: everything that changes something of a tenant leaves a row in the
/// tenant's chain, so every watch follows the chain and picks what it is about.
protocol WatchSource: Sendable {
    associatedtype Event: WatchEvent
    associatedtype Response: WireMessage

    /// Sends what is there at the beginning of a watch without a token, and answers as of which
    /// position that is; nil to begin at the end of the chain, with nothing.
    func begin(
        _ tenant: TenantID, send: (Response) async throws -> Void
    ) async throws -> ChainPosition?

    /// The events behind one position up to another, in order, the first `limit` of them.
    func read(
        _ tenant: TenantID, after: ChainPosition, through: ChainPosition, limit: Int
    ) async throws(DomainError) -> [Event]

    /// The last place of the chain up to which this watch's events are no longer kept, when that is
    /// sooner than the chain itself.
    func compactedSequence(of tenant: TenantID) async throws(DomainError) -> Int64

    func response(_ event: Event, token: String) -> Response

    /// A message that is not about an event: a heartbeat, or the end of a watch that cannot go on.
    func response(_ type: WatchEventType, token: String, at time: Timestamp) -> Response
}

extension WatchSource {
    func begin(
        _ tenant: TenantID, send: (Response) async throws -> Void
    ) async throws -> ChainPosition? { nil }

    func compactedSequence(of tenant: TenantID) async throws(DomainError) -> Int64 { 0 }
}
