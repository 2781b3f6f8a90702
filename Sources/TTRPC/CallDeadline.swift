internal import Reactor

/// The deadline that calls inherit from the task that makes them.
///
/// A handler's task carries the deadline of its call, so what it asks of other servers ends when
/// its own caller has given up. Child tasks and `Task { }` inherit it; work that is to outlive the
/// call is begun with `Task.detached`.
///
/// ```swift
/// let answer = try await CallDeadline.withTimeout(.seconds(2)) {
///     let tenant = try await tenants.getTenant(request)
///     return try await quotas.getQuotas(for: tenant)
/// }
/// ```
public enum CallDeadline {
    @TaskLocal static var inherited: MonotonicInstant?

    /// How long calls of this task may still take, not less than nothing; nil when nothing bounds
    /// them but their own options.
    public static var timeRemaining: Duration? {
        inherited?.duration(since: .now())
    }

    /// Runs `body`, whose calls together may take at most `timeout`. An earlier deadline that the
    /// task has already stays. Nothing is cancelled here: what is not a call runs on.
    public static func withTimeout<Value>(
        _ timeout: Duration, _ body: () async throws -> Value
    ) async rethrows -> Value {
        let deadline = MonotonicInstant.now().advanced(by: timeout)
        return try await $inherited.withValue(earlier(deadline, inherited)) { try await body() }
    }

    /// The deadline of a call: its own timeout from now, or the task's deadline if that is earlier.
    static func ofCall(timeout: Duration?) -> MonotonicInstant? {
        earlier(timeout.map { MonotonicInstant.now().advanced(by: $0) }, inherited)
    }

    private static func earlier(
        _ left: MonotonicInstant?, _ right: MonotonicInstant?
    ) -> MonotonicInstant? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}
