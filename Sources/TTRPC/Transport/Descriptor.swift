internal import Glibc

/// An open file descriptor. It is closed when its owner goes; nobody has to remember.
struct Descriptor: ~Copyable {
    let number: CInt

    init(owning number: CInt) {
        self.number = number
    }

    deinit {
        // EINTR leaves the descriptor closed on Linux; trying again could close somebody else's.
        _ = close(number)
    }

    /// Gives the descriptor away without closing it.
    consuming func release() -> CInt {
        let number = self.number
        discard self
        return number
    }
}
