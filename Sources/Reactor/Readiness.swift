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

    // Asked for every event. Set algebra on literals of this type is not specialised in other
    // modules, and cost a twentieth of a whole call.

    /// What one wants to hear about.
    package init(reading: Bool, writing: Bool) {
        rawValue = (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0)
    }

    /// Whether to read: there is something, or reading will tell what is wrong.
    package var wantsReading: Bool {
        rawValue & (EPOLLIN.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    }

    /// Whether to write: there is room, or writing will tell what is wrong.
    package var wantsWriting: Bool {
        rawValue & (EPOLLOUT.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    }
}

/// Something that waits for a descriptor. It lives on one loop and is called on that loop's thread.
package protocol ReadinessHandler: AnyObject {
    func descriptorIsReady(_ readiness: Readiness)
}

/// Something with work to finish before the loop goes back to sleep: unsent bytes, an unsent sync.
package protocol TurnEndHandler: AnyObject {
    func turnWillEnd()
}
