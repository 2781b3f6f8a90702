internal import CLinux
internal import Glibc

/// What a descriptor is ready for, or what one wants to hear about it.
package struct Readiness: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There are bytes to read, or the end of the stream.
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// A write would take at least one byte.
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer is gone in both directions. Reported whether asked for or not.
    package static let hangup = Readiness(rawValue: EPOLLHUP.rawValue)
    /// The peer will send no more. Reported only when asked for.
    package static let readHangup = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// The descriptor is in error. Reported whether asked for or not.
    package static let error = Readiness(rawValue: EPOLLERR.rawValue)
}

/// Something that waits for a descriptor. It lives on one loop and is called on that loop's thread.
package protocol ReadinessHandler: AnyObject {
    func descriptorIsReady(_ readiness: Readiness)
}

/// Something with work to finish before the loop goes back to sleep: unsent bytes, an unsent sync.
package protocol TurnEndHandler: AnyObject {
    func turnWillEnd()
}
