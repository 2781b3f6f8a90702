internal import COpenSSL

/// An X509 we hold a reference to; letting go of the value drops the reference.
struct CertificateHandle: ~Copyable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }
}

/// An EVP_PKEY, private or public, we hold a reference to.
struct KeyHandle: ~Copyable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }
}

/// An X509_CRL we hold a reference to.
struct RevocationListHandle: ~Copyable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_CRL_free(pointer)
    }
}

/// A BIO over memory, to read text from or have OpenSSL write into.
struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer

    /// An empty one that grows, and is zeroed when freed: private keys are written into it.
    init() throws(OpenSSLError) {
        pointer = try OpenSSLError.unwrap(
            BIO_new(BIO_s_secmem()), .libraryFailure, "allocate a memory buffer")
    }

    /// One that reads from `bytes`, which it does not copy: they must outlive it.
    init(reading bytes: UnsafeRawBufferPointer) throws(OpenSSLError) {
        guard let count = Int32(exactly: bytes.count) else {
            throw OpenSSLError(.inputInvalid, "read from memory", reasons: ["too long"])
        }
        // OpenSSL refuses a null address even for no bytes at all.
        let address = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
        pointer = try OpenSSLError.unwrap(
            BIO_new_mem_buf(address, count), .libraryFailure, "allocate a memory buffer")
    }

    deinit {
        BIO_free(pointer)
    }

    /// What has been written so far.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var start: UnsafeMutablePointer<CChar>?
        let count = COpenSSL_BIO_get_mem_data(pointer, &start)
        return body(UnsafeRawBufferPointer(start: start, count: max(0, count)))
    }
}
