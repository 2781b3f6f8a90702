/// Why a call ended without an answer, and what is known about how far it came.
struct CallFailure: Error {
    /// How far the request came.
    enum Progress: Sendable, Hashable {
        /// There was no connection to send it on.
        case notConnected
        /// It never left, or the server says that it began nothing of it.
        case notBegun
        /// It left; whether a handler ran is not known, or one did.
        case sent
    }

    let error: RPCError
    let progress: Progress

    init(_ error: RPCError, _ progress: Progress) {
        self.error = error
        self.progress = progress
    }

    /// A status that the server sent.
    init(answered error: RPCError) {
        self.init(error, error.isNotBegun ? .notBegun : .sent)
    }
}
