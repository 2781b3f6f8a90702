internal import COpenSSL
internal import Glibc

/// How far a step of a handshake or of a shutdown got.
package enum TLSProgress: Sendable, Hashable {
    case done
    /// Call again when the socket is readable.
    case wantsRead
    /// Call again when the socket is writable.
    case wantsWrite
}

/// What a read or a write did.
package enum TLSIOResult: Sendable, Hashable {
    /// So many bytes were read, or taken for sending.
    case bytes(Int)
    case wantsRead
    case wantsWrite
    /// The end. Clean means the peer said so (close_notify); otherwise what came before may have
    /// been cut short by anybody on the path, and must count as an interruption.
    case closed(clean: Bool)
}

/// One TLS connection on a non-blocking socket, which stays the caller's to watch and to close.
///
/// Not Sendable: it belongs to the loop that watches its socket. Nothing here blocks, and nothing
/// raises SIGPIPE. After a call has thrown, every later one throws the same error.
///
/// A class rather than a noncopyable struct: a connection holds it as an optional, lends it to its
/// own methods and drops it when it closes, which a noncopyable property makes awkward. The C
/// session inside is owned by a noncopyable handle.
package final class TLSSession {
    let handle: SSLHandle
    /// Kept alive because OpenSSL's callbacks point into it.
    let context: TLSContext
    private var isHandshakeDone = false
    private var isCloseNotifySent = false
    private var isWriteUnfinished = false
    private var isReadBlocked = true
    private var failure: OpenSSLError?

    /// - Parameters:
    ///   - context: Of the same role.
    ///   - descriptor: A connected, non-blocking stream socket that outlives the session.
    ///   - serverName: For a client, the host name or IP address the server's certificate must
    ///     name. It may be nil only when the context names the server's SPIFFE identity.
    package init(
        context: TLSContext, descriptor: Int32, role: TLSRole, serverName: String? = nil
    ) throws(OpenSSLError) {
        precondition(context.role == role, "a session and its context have one role")
        self.context = context
        handle = try SSLHandle(context.handle, descriptor: descriptor)
        switch role {
        case .server:
            SSL_set_accept_state(handle.pointer)
        case .client:
            guard serverName != nil || context.serverIdentity != nil else {
                throw OpenSSLError(
                    .configurationInvalid, "start a TLS session",
                    reasons: ["a client must say which server it means"])
            }
            if let serverName {
                try ServerName(serverName).require(of: handle.pointer)
            }
            SSL_set_connect_state(handle.pointer)
        }
    }

    /// Carries the handshake on. After `done` the peer is verified as the context demands.
    ///
    /// A client is done before the server has looked at its certificate: a refusal reaches it as an
    /// error of the first read.
    package func handshake() throws(OpenSSLError) -> TLSProgress {
        if let failure { throw failure }
        guard !isHandshakeDone else { return .done }
        OpenSSLError.clearQueue()
        let result = SSL_do_handshake(handle.pointer)
        if result == 1 {
            isHandshakeDone = true
            // Bytes that came with the last flight are inside already.
            isReadBlocked = false
            try failing { () throws(OpenSSLError) in try checkPeer() }
            return .done
        }
        switch try outcome(result, "shake hands") {
        case .wantsRead: return .wantsRead
        case .wantsWrite: return .wantsWrite
        case .bytes, .closed:
            throw fail(OpenSSLError(.connectionLost, "shake hands"))
        }
    }

    /// Reads what has arrived, up to the size of `buffer`, over several records where they are at
    /// hand. Call again until it wants the socket, or ask `hasPending`: the socket does not become
    /// readable for bytes that are in the session already.
    package func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(OpenSSLError) -> TLSIOResult {
        if let failure { throw failure }
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return .bytes(0) }
        var filled = 0
        repeat {
            var count = 0
            OpenSSLError.clearQueue()
            let result = SSL_read_ex(
                handle.pointer, start.advanced(by: filled), buffer.count - filled, &count)
            if result == 1 {
                isReadBlocked = false
                filled += count
                continue
            }
            do throws(OpenSSLError) {
                let outcome = try outcome(result, "read")
                isReadBlocked = outcome == .wantsRead || outcome == .wantsWrite
                // An end that follows bytes is told by the next call.
                return filled > 0 ? .bytes(filled) : outcome
            } catch {
                guard filled > 0 else { throw error }
                return .bytes(filled)
            }
        } while filled < buffer.count && SSL_has_pending(handle.pointer) == 1
        return .bytes(filled)
    }

    /// Whether a read may give bytes although the socket has none. False after a read that wanted
    /// the socket, even when the session holds the beginning of a record.
    package var hasPending: Bool {
        !isReadBlocked && failure == nil && SSL_has_pending(handle.pointer) == 1
    }

    /// Whether the peer owes the rest of a record: the last read wanted the socket, and part of a
    /// record is here.
    package var isInsideRecord: Bool {
        guard isReadBlocked, isHandshakeDone, failure == nil else { return false }
        // A header alone is no byte that is pending; only the state of the read tells of it.
        return SSL_has_pending(handle.pointer) == 1
            || strcmp(SSL_rstate_string(handle.pointer), "RB") == 0
    }

    /// Takes bytes for sending, as many as the socket has room for.
    ///
    /// When it took fewer than given, or wants the socket, the next call must begin with the first
    /// byte not taken and give at least as many as were left: they may be in a record already.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) -> TLSIOResult {
        if let failure { throw failure }
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return .bytes(0) }
        var taken = 0
        while taken < bytes.count {
            var count = 0
            OpenSSLError.clearQueue()
            let result = SSL_write_ex(
                handle.pointer, start.advanced(by: taken), bytes.count - taken, &count)
            if result == 1 {
                isWriteUnfinished = false
                taken += count
                continue
            }
            let outcome = try outcome(result, "write")
            isWriteUnfinished = true
            return taken > 0 && outcome != .closed(clean: false) ? .bytes(taken) : outcome
        }
        return .bytes(taken)
    }

    /// Tells the peer that no more is coming (close_notify), so that it can tell the end from an
    /// interruption; reading goes on. It does not wait for the peer's own.
    ///
    /// Nothing is sent, and the peer will see an interruption, when the handshake is not done, the
    /// session has failed, or a write is unfinished: those are interruptions. Never throws, because
    /// all that can follow is the closing of the socket.
    @discardableResult
    package func shutdown() -> TLSProgress {
        guard isHandshakeDone, failure == nil, !isCloseNotifySent, !isWriteUnfinished else {
            return .done
        }
        OpenSSLError.clearQueue()
        let result = SSL_shutdown(handle.pointer)
        if result < 0, SSL_get_error(handle.pointer, result) == SSL_ERROR_WANT_WRITE {
            return .wantsWrite
        }
        OpenSSLError.clearQueue()
        isCloseNotifySent = true
        return .done
    }

    // MARK: - Outcomes

    /// What a call that did not succeed means. Throws what is fatal and remembers it.
    private func outcome(
        _ result: Int32, _ operation: String
    ) throws(OpenSSLError) -> TLSIOResult {
        switch SSL_get_error(handle.pointer, result) {
        case SSL_ERROR_WANT_READ:
            return .wantsRead
        case SSL_ERROR_WANT_WRITE:
            return .wantsWrite
        case SSL_ERROR_ZERO_RETURN:
            return .closed(clean: true)
        case SSL_ERROR_SYSCALL:
            OpenSSLError.clearQueue()
            switch handle.socket.pointee.error {
            case 0, ECONNRESET, EPIPE:
                return .closed(clean: false)
            case let number:
                throw fail(
                    OpenSSLError(
                        .system, operation, reasons: [OpenSSLError.systemReason(number)]))
            }
        default:
            let errors = OpenSSLError.drainQueue()
            if TLSFailure.isTruncation(errors) {
                return .closed(clean: false)
            }
            throw fail(
                TLSFailure.error(
                    errors, operation, verification: SSL_get_verify_result(handle.pointer)))
        }
    }

    private func fail(_ error: OpenSSLError) -> OpenSSLError {
        failure = error
        return error
    }

    private func failing(_ body: () throws(OpenSSLError) -> Void) throws(OpenSSLError) {
        do throws(OpenSSLError) {
            try body()
        } catch {
            throw fail(error)
        }
    }
}
