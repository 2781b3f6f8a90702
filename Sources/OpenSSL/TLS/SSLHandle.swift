internal import COpenSSL

/// An SSL with its BIO and the state that the BIO points to, freed together in the right order.
struct SSLHandle: ~Copyable {
    let pointer: OpaquePointer
    let socket: UnsafeMutablePointer<SocketState>

    init(_ context: borrowing SSLContextHandle, descriptor: Int32) throws(OpenSSLError) {
        let session = try OpenSSLError.unwrap(
            SSL_new(context.pointer), .libraryFailure, "allocate a TLS session")
        let state = UnsafeMutablePointer<SocketState>.allocate(capacity: 1)
        state.initialize(to: SocketState(descriptor: descriptor))
        do throws(OpenSSLError) {
            // One BIO for both directions: the session takes the one reference we hold.
            let bio = try SocketBIO.make(state)
            SSL_set_bio(session, bio, bio)
        } catch {
            SSL_free(session)
            state.deallocate()
            throw error
        }
        pointer = session
        socket = state
    }

    deinit {
        SSL_free(pointer)
        socket.deallocate()
    }
}
