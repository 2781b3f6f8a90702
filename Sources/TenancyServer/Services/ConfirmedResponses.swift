internal import Reactor
internal import Synchronization
internal import TTRPC
internal import Tenancy

/// The answers of a call that lasts, to a caller who may cease to be allowed it meanwhile. Before
/// an answer it is made certain that they are still, unless that was so a moment ago. A caller who
/// reads slowly is waited for in `write`, and what was read for them before goes no further once
/// they may not have it any more.
final class ConfirmedResponses<Response: WireMessage>: Sendable {
    private let responses: ResponseWriter<Response>
    private let confirm: @Sendable () async throws(DomainError) -> Void
    private let confirmedAt = Mutex(MonotonicInstant.now())

    /// - Parameter confirm: Throws once the caller may not have the answers any more.
    init(
        _ responses: ResponseWriter<Response>,
        confirm: @Sendable @escaping () async throws(DomainError) -> Void
    ) {
        self.responses = responses
        self.confirm = confirm
    }

    /// Makes certain at once.
    func authorize() async throws(DomainError) {
        // Of the beginning: what ended during the look may not have been seen by it.
        let now = MonotonicInstant.now()
        try await confirm()
        confirmedAt.withLock { $0 = now }
    }

    func write(_ response: Response) async throws {
        let isDue = confirmedAt.withLock {
            $0.advanced(by: TenantAccess.confirmationInterval) <= .now()
        }
        if isDue { try await authorize() }
        try await responses.write(response)
    }
}
