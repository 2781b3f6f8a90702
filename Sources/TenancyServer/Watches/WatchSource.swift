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

/// Where a watch without a token goes on.
enum WatchStart: Sendable {
    /// At the end of the chain, with nothing before it.
    case end
    /// Behind what was sent, which is complete as of this place.
    case sent(ChainPosition)
    /// More changed while it was sent than is kept.
    case compacted
}

/// What a watch watches: everything that changes something of a tenant leaves a row in the
/// tenant's chain, so every watch follows the chain and picks what it is about.
protocol WatchSource: Sendable {
    associatedtype Event: WatchEvent
    associatedtype Response: WireMessage

    /// Sends what is there at the beginning of a watch without a token, and answers with the place
    /// behind which the watch goes on.
    ///
    /// - Parameter authorize: To be called now and then: throws once the caller may not watch any
    ///   more.
    func begin(
        _ tenant: TenantID, authorize: () async throws(DomainError) -> Void,
        send: (Response) async throws -> Void
    ) async throws -> WatchStart

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
        _ tenant: TenantID, authorize: () async throws(DomainError) -> Void,
        send: (Response) async throws -> Void
    ) async throws -> WatchStart { .end }

    func compactedSequence(of tenant: TenantID) async throws(DomainError) -> Int64 { 0 }
}
