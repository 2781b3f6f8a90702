internal import OpenSSL
internal import Tenancy

/// Keys that are the platform's rather than a tenant's: sealed by the master key itself.
extension Sealing {
    /// Whether anything can be sealed at all.
    var isConfigured: Bool { masterKeys != nil }

    /// - Throws: `failedPrecondition` without a master key.
    func sealPlatformKey(
        _ key: SecretBytes, name: String
    ) throws(DomainError) -> WrappedDataKey {
        guard let keyring = masterKeys?.keyring, let masterKey = keyring.key(keyring.current)
        else { throw Self.notConfigured }
        do throws(OpenSSLError) {
            return WrappedDataKey(
                masterKey: keyring.current,
                bytes: try AES256GCM.seal(
                    key, associatedData: AssociatedData.ofPlatform("signing key", name: name),
                    key: masterKey))
        } catch {
            throw DomainError(.internalFailure, message: "a key could not be sealed")
        }
    }

    /// - Throws: `unavailable` when its master key is not on this server.
    func openPlatformKey(
        _ sealed: WrappedDataKey, name: String
    ) throws(DomainError) -> SecretBytes {
        guard let masterKey = masterKeys?.keyring.key(sealed.masterKey) else {
            throw DomainError(
                .unavailable,
                message: "the master key \(sealed.masterKey) has not reached this server")
        }
        do throws(OpenSSLError) {
            return try AES256GCM.openSecret(
                sealed.bytes, associatedData: AssociatedData.ofPlatform("signing key", name: name),
                key: masterKey)
        } catch {
            throw DomainError(
                .internalFailure, message: "a key is not what the master key sealed")
        }
    }
}
