internal import CLinux
internal import Glibc

/// A point on a clock of the kernel that only goes forward, in nanoseconds. It goes on while the
/// machine is suspended: what was good for a second is not good any more after a night's sleep.
///
/// `ContinuousClock` reads the same clock but stores 128 bits and cannot be cached by a loop for
/// the length of a turn; deadlines are compared on every call, so the small one wins.
package struct MonotonicInstant: Comparable, Hashable, Sendable {
    package var nanoseconds: UInt64

    // What is inlinable here is asked in every call, and costs several times itself through the
    // tables of another module.
    @inlinable
    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The clock, read now (a vDSO call, about 20 ns).
    package static func now() -> MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicInstant(
            nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    /// Later by `duration`; a negative duration counts as none and the far future saturates.
    package func advanced(by duration: Duration) -> MonotonicInstant {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return self }
        let whole = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (part, overflow) = whole.partialValue.addingReportingOverflow(
            UInt64(attoseconds) / 1_000_000_000)
        return whole.overflow || overflow ? .distantFuture : advanced(byNanoseconds: part)
    }

    @inlinable
    package func advanced(byNanoseconds distance: UInt64) -> MonotonicInstant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(distance)
        return overflow ? .distantFuture : MonotonicInstant(nanoseconds: sum)
    }

    /// How long after `earlier` this is; nothing when it is not after.
    package func duration(since earlier: MonotonicInstant) -> Duration {
        let distance = nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
        return .nanoseconds(Int64(clamping: distance))
    }

    /// How many nanoseconds after `earlier` this is; none when it is not after.
    package func nanoseconds(since earlier: MonotonicInstant) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    @inlinable
    package static var distantFuture: MonotonicInstant { MonotonicInstant(nanoseconds: .max) }

    @inlinable
    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
