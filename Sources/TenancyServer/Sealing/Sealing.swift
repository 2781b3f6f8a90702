internal import OpenSSL
internal import Synchronization
internal import Tenancy
internal import TenancyStore

/// The secrets of all tenants: gives each tenant its sealer, and keeps data keys wrapped by the
/// newest master key.
///
/// Each tenant has a data key of its own, made when it is first needed, so that what leaks with
/// one key is one tenant's, and so that a new master key rewraps keys rather than data.
final class Sealing: Sendable {
    /// How many data keys are looked at at once while rewrapping.
    private static let batchKeysMax: Int64 = 100

    let masterKeys: MasterKeys?
    private let store: TenancyStore
    private let cache = Mutex(DataKeyCache())

    /// - Parameter masterKeys: nil when none are configured; nothing can be sealed then.
    init(masterKeys: MasterKeys?, store: TenancyStore) {
        self.masterKeys = masterKeys
        self.store = store
    }

    static let notConfigured = DomainError(
        .failedPrecondition(.encryptionNotConfigured),
        message: "no master key is configured, so no secret can be kept")

    /// The sealer of a tenant.
    ///
    /// - Parameter isKept: Whether what is sealed will be kept. If not, a tenant without a data key
    ///   gets one that is forgotten with the sealer, as what is only tried must change nothing.
    /// - Throws: `failedPrecondition` without a master key; `unavailable` when the data key's
    ///   master key has not reached this server, or the database does not answer; `notFound`.
    func sealer(
        of tenant: TenantID, isKept: Bool, context: AuditContext
    ) async throws(DomainError) -> TenantSealer {
        guard let masterKeys else { throw Self.notConfigured }
        if let key = cache.withLock({ $0.key(of: tenant) }) {
            return TenantSealer(tenant: tenant, dataKey: key)
        }
        let wrapped: WrappedDataKey
        if let stored = try await store.dataKey(of: tenant) {
            wrapped = stored
        } else {
            let fresh = try Self.newKey()
            guard isKept else { return TenantSealer(tenant: tenant, dataKey: fresh) }
            let keyring = masterKeys.keyring
            // Another server may be making one too; the database keeps the first.
            wrapped = try await store.keepDataKey(
                try Self.wrap(fresh, of: tenant, with: keyring), of: tenant, context: context)
        }
        let key = try await unwrap(wrapped, of: tenant, masterKeys)
        cache.withLock { $0.insert(key, of: tenant) }
        return TenantSealer(tenant: tenant, dataKey: key)
    }

    /// Takes over what the file of master keys says now, and answers whether that was new.
    ///
    /// - Throws: `OpenSSLError` or `MasterKeyError` when the file cannot be used; the keys of
    ///   before go on then.
    func reloadMasterKeys() async throws -> Bool {
        try await masterKeys?.reloadIfChanged() ?? false
    }

    /// Wraps every data key anew that an older master key wraps. Any number of servers may do so
    /// at once, and calls go on meanwhile: the data keys themselves stay.
    ///
    /// - Returns: what became of them; nil without master keys.
    /// - Throws: `unavailable` when the database does not answer.
    func rewrapDataKeys(context: AuditContext) async throws(DomainError) -> Rewrapping? {
        guard let masterKeys else { return nil }
        let keyring = masterKeys.keyring
        var result = Rewrapping(masterKey: keyring.current)
        var last: TenantID?
        while !Task.isCancelled {
            let batch = try await store.dataKeys(
                wrappedBefore: keyring.current, after: last, limit: Self.batchKeysMax)
            for (tenant, old) in batch {
                last = tenant
                // A key that cannot be unwrapped must not hold up those that can.
                guard let key = try? await unwrap(old, of: tenant, masterKeys) else {
                    result.unreadable.insert(old.masterKey)
                    continue
                }
                let new = try Self.wrap(key, of: tenant, with: keyring)
                if try await store.rewrapDataKey(
                    of: tenant, from: old, to: new, context: context)
                {
                    result.count += 1
                }
            }
            if batch.isEmpty { break }
        }
        return result
    }

    /// What became of the data keys that an older master key wrapped.
    struct Rewrapping: Sendable, Hashable {
        /// The master key that wraps now.
        let masterKey: Int32
        /// How many this server wrapped anew.
        var count = 0
        /// The master keys that are needed and not here.
        var unreadable: Set<Int32> = []
    }

    private func unwrap(
        _ wrapped: WrappedDataKey, of tenant: TenantID, _ masterKeys: MasterKeys
    ) async throws(DomainError) -> SecretBytes {
        var masterKey = masterKeys.keyring.key(wrapped.masterKey)
        if masterKey == nil {
            // Another server wraps with a key that this one has not read yet. A file that cannot be
            // read is told by the watch over it.
            _ = try? await masterKeys.reloadIfChanged()
            masterKey = masterKeys.keyring.key(wrapped.masterKey)
        }
        guard let masterKey else {
            throw DomainError(
                .unavailable,
                message: "the master key \(wrapped.masterKey) has not reached this server")
        }
        do throws(OpenSSLError) {
            return try AES256GCM.openSecret(
                wrapped.bytes, associatedData: Self.associatedData(tenant, wrapped.masterKey),
                key: masterKey)
        } catch {
            throw DomainError(
                .internalFailure, message: "a data key is not what the master key wrapped")
        }
    }

    private static func newKey() throws(DomainError) -> SecretBytes {
        do throws(OpenSSLError) {
            return try SecretBytes.random(count: AES256GCM.keyBytes)
        } catch {
            throw DomainError(.internalFailure, message: "no randomness for a data key")
        }
    }

    private static func wrap(
        _ key: SecretBytes, of tenant: TenantID, with keyring: MasterKeyring
    ) throws(DomainError) -> WrappedDataKey {
        guard let masterKey = keyring.key(keyring.current) else { throw notConfigured }
        do throws(OpenSSLError) {
            return WrappedDataKey(
                masterKey: keyring.current,
                bytes: try AES256GCM.seal(
                    key, associatedData: associatedData(tenant, keyring.current), key: masterKey))
        } catch {
            throw DomainError(.internalFailure, message: "a data key could not be wrapped")
        }
    }

    private static func associatedData(_ tenant: TenantID, _ masterKey: Int32) -> [UInt8] {
        AssociatedData.of("data key", tenant: tenant, name: String(masterKey))
    }
}
