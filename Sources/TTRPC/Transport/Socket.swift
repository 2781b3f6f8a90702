internal import CLinux
internal import Glibc
internal import Reactor

/// The socket calls, each made in one place with its answer checked.
enum Socket {
    /// How many connections may wait to be accepted.
    static let backlogMax: CInt = 4096

    /// What a read or write on a non-blocking socket came to.
    enum Result {
        case bytes(Int)
        /// Nothing now; the loop tells when.
        case wouldBlock
        /// The peer will send no more.
        case endOfStream
    }

    /// The outcome of one `accept`.
    enum Accepted {
        case connection(CInt)
        case wouldBlock
        /// No descriptor or no memory left in the process or the system: wait, then go on.
        case outOfResources(SystemError)
    }

    static func open(family: CInt) throws(SystemError) -> Descriptor {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let number = socket(family, kind | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError("socket") }
        return Descriptor(owning: number)
    }

    static func bind(_ descriptor: CInt, to address: KernelAddress) throws(SystemError) {
        let result = address.withPointer { Glibc.bind(descriptor, $0, $1) }
        guard result == 0 else { throw SystemError("bind") }
    }

    static func listen(_ descriptor: CInt) throws(SystemError) {
        guard Glibc.listen(descriptor, backlogMax) == 0 else { throw SystemError("listen") }
    }

    /// Makes a listening socket of somebody else's fit for a loop.
    static func prepareInherited(_ descriptor: CInt) throws(SystemError) {
        guard option(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 1 else {
            throw SystemError("getsockopt(SO_ACCEPTCONN)", number: EINVAL)
        }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else { throw SystemError("fcntl") }
    }

    static func accept(_ descriptor: CInt) -> Accepted {
        while true {
            let flags = CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            let number = accept4(descriptor, nil, nil, flags)
            if number >= 0 { return .connection(number) }
            switch errno {
            case EAGAIN: return .wouldBlock
            // The connection was gone before it was taken, or a signal came: try the next one.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH,
                ENOPROTOOPT, ENONET, EOPNOTSUPP, ETIMEDOUT:
                continue
            // Descriptors or memory are used up, or something nobody has thought of: rest, rather
            // than ask again and again.
            default: return .outOfResources(SystemError("accept4"))
            }
        }
    }

    /// Starts connecting. True when it is done already.
    static func connect(
        _ descriptor: CInt, to address: KernelAddress
    ) throws(SystemError) -> Bool {
        let result = address.withPointer { Glibc.connect(descriptor, $0, $1) }
        if result == 0 { return true }
        guard errno == EINPROGRESS else { throw SystemError("connect") }
        return false
    }

    /// What became of a connect in progress.
    static func connectResult(_ descriptor: CInt) throws(SystemError) {
        let number = option(descriptor, SOL_SOCKET, SO_ERROR)
        guard number == 0 else { throw SystemError("connect", number: number) }
    }

    static func read(
        _ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Result {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .endOfStream }
            if errno == EAGAIN { return .wouldBlock }
            guard errno == EINTR else { throw SystemError("recv") }
        }
    }

    static func write(
        _ descriptor: CInt, _ bytes: UnsafeRawBufferPointer
    ) throws(SystemError) -> Result {
        while true {
            let flags = CInt(MSG_NOSIGNAL)
            let count = send(descriptor, bytes.baseAddress, bytes.count, flags)
            if count >= 0 { return .bytes(count) }
            if errno == EAGAIN { return .wouldBlock }
            guard errno == EINTR else { throw SystemError("send") }
        }
    }

    /// Tells the peer that no more bytes come.
    static func shutdownWriting(_ descriptor: CInt) {
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    // MARK: - Options

    static func setOption(_ descriptor: CInt, _ level: CInt, _ name: CInt, _ value: CInt) {
        var value = value
        // An option that is not granted costs latency or a late discovery, not correctness.
        _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    static func option(_ descriptor: CInt, _ level: CInt, _ name: CInt) -> CInt {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, level, name, &value, &length) == 0 else { return errno }
        return value
    }

    /// Small answers at once, and a peer that is unreachable found within about
    /// `unreachableTimeMax`, whether something is unsent or not.
    static func configureTCP(_ descriptor: CInt, unreachableTimeMax: Duration) {
        let tcp = CInt(IPPROTO_TCP)
        let seconds = CInt(clamping: max(1, unreachableTimeMax.components.seconds))
        setOption(descriptor, tcp, TCP_NODELAY, 1)
        setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        // The first question after half of the time, then four more; TCP_USER_TIMEOUT ends it,
        // and also bounds how long sent bytes may be unacknowledged.
        setOption(descriptor, tcp, TCP_KEEPIDLE, max(1, seconds / 2))
        setOption(descriptor, tcp, TCP_KEEPINTVL, max(1, seconds / 8))
        setOption(descriptor, tcp, TCP_KEEPCNT, 4)
        setOption(descriptor, tcp, TCP_USER_TIMEOUT, CInt(clamping: Int64(seconds) * 1000))
    }

    static func peerCredentials(_ descriptor: CInt) throws(SystemError) -> Peer.Credentials {
        var credentials = peer_credentials()
        var length = socklen_t(MemoryLayout<peer_credentials>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
            throw SystemError("getsockopt(SO_PEERCRED)")
        }
        return Peer.Credentials(
            processID: credentials.pid, userID: credentials.uid, groupID: credentials.gid)
    }

    static func peerAddress(_ descriptor: CInt) throws(SystemError) -> KernelAddress {
        var address = KernelAddress()
        let result = address.withMutablePointer { getpeername(descriptor, $0, $1) }
        guard result == 0 else { throw SystemError("getpeername") }
        return address
    }

    static func localAddress(_ descriptor: CInt) throws(SystemError) -> KernelAddress {
        var address = KernelAddress()
        let result = address.withMutablePointer { getsockname(descriptor, $0, $1) }
        guard result == 0 else { throw SystemError("getsockname") }
        return address
    }
}
