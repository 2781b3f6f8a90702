internal import COpenSSL

/// The revocation lists of a context, to be asked again for certificates that were shown before
/// there were these lists.
///
/// It asks one thing only: whether a certificate stands on a list of its authority's. That a list
/// is out of date ends no connection; it only lets no new one begin.
// Unchecked because of the raw pointers: after a context is made no list is added, and OpenSSL
// sorts a list for its first look-up under a lock of its own.
final class RevocationLists: @unchecked Sendable {
    private var lists: [OpaquePointer] = []

    deinit {
        for list in lists { X509_CRL_free(list) }
    }

    func add(_ list: borrowing RevocationListHandle) {
        guard X509_CRL_up_ref(list.pointer) == 1 else { return }
        lists.append(list.pointer)
    }

    /// - Parameter certificate: An X509.
    func revoke(_ certificate: OpaquePointer) -> Bool {
        lists.contains { list in
            // 2 is an entry that takes the certificate off an earlier list.
            X509_CRL_get0_by_cert(list, nil, certificate) == 1
        }
    }
}
