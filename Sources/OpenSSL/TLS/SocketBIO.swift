internal import COpenSSL
internal import Glibc

/// What a session's BIO knows of its socket.
struct SocketState {
    let descriptor: Int32
    /// The error of the last failed call, kept here because `errno` does not survive OpenSSL's
    /// own work between the call and the moment somebody asks.
    var error: Int32 = 0
    /// The peer sent no more.
    var isAtEnd = false
}

/// How OpenSSL reads and writes a socket of ours.
///
/// OpenSSL's own socket BIO writes with `write(2)`, and a peer that is gone then raises SIGPIPE:
/// one broken connection would end the process unless every program that links this library
/// ignores the signal. This one sends with MSG_NOSIGNAL instead.
enum SocketBIO {
    // Unchecked because of the raw pointer: a method table is written once and then only read.
    private struct Method: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let method = Method(pointer: makeMethod())

    /// A BIO over `state`, which must outlive it. The descriptor stays the caller's.
    static func make(_ state: UnsafeMutablePointer<SocketState>) throws(OpenSSLError)
        -> OpaquePointer
    {
        let operation = "allocate a socket BIO"
        let method = try OpenSSLError.unwrap(method.pointer, .libraryFailure, operation)
        let bio = try OpenSSLError.unwrap(BIO_new(method), .libraryFailure, operation)
        BIO_set_data(bio, state)
        BIO_set_init(bio, 1)
        return bio
    }

    private static func makeMethod() -> OpaquePointer? {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(type, "socket without SIGPIPE") else { return nil }
        guard
            BIO_meth_set_write(method, { SocketBIO.write($0, $1, $2) }) == 1,
            BIO_meth_set_read(method, { SocketBIO.read($0, $1, $2) }) == 1,
            BIO_meth_set_ctrl(method, { bio, command, _, _ in SocketBIO.control(bio, command) })
                == 1
        else {
            BIO_meth_free(method)
            return nil
        }
        return method
    }

    private static func state(_ bio: OpaquePointer?) -> UnsafeMutablePointer<SocketState>? {
        BIO_get_data(bio)?.assumingMemoryBound(to: SocketState.self)
    }

    private static func write(
        _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32
    ) -> Int32 {
        COpenSSL_BIO_clear_retry_flags(bio)
        guard let state = state(bio), let bytes, count > 0 else { return 0 }
        while true {
            let sent = send(
                state.pointee.descriptor, bytes, Int(count), Int32(MSG_NOSIGNAL))
            // The count of `send` never exceeds the Int32 it was given.
            if sent >= 0 { return Int32(truncatingIfNeeded: sent) }
            switch errno {
            case EINTR:
                continue
            case EAGAIN, EWOULDBLOCK:
                COpenSSL_BIO_set_retry_write(bio)
                return -1
            default:
                state.pointee.error = errno
                return -1
            }
        }
    }

    private static func read(
        _ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32
    ) -> Int32 {
        COpenSSL_BIO_clear_retry_flags(bio)
        guard let state = state(bio), let bytes, count > 0 else { return 0 }
        while true {
            let received = recv(state.pointee.descriptor, bytes, Int(count), 0)
            if received > 0 { return Int32(truncatingIfNeeded: received) }
            if received == 0 {
                state.pointee.isAtEnd = true
                return 0
            }
            switch errno {
            case EINTR:
                continue
            case EAGAIN, EWOULDBLOCK:
                COpenSSL_BIO_set_retry_read(bio)
                return -1
            default:
                state.pointee.error = errno
                return -1
            }
        }
    }

    private static func control(_ bio: OpaquePointer?, _ command: Int32) -> Int {
        switch command {
        case BIO_CTRL_FLUSH:
            // Nothing is buffered here, and libssl takes 0 for a failure.
            1
        case BIO_CTRL_EOF:
            state(bio)?.pointee.isAtEnd == true ? 1 : 0
        default:
            0
        }
    }
}
