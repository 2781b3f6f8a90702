internal import OpenSSL
internal import Tenancy

/// Seals and opens the secrets of one tenant with its data key.
///
/// A sealed secret is a byte that says how it is sealed, then what `AES256GCM` makes.
struct TenantSealer: Sendable {
    /// What a secret is for. It is part of what the secret is bound to.
    enum Purpose: String, Sendable {
        /// The value of a setting, by the setting's key.
        case configuration
        /// The kept answer of a change, by its idempotency key.
        case answer
    }

    private static let format: UInt8 = 1

    let tenant: TenantID
    private let dataKey: SecretBytes

    init(tenant: TenantID, dataKey: SecretBytes) {
        self.tenant = tenant
        self.dataKey = dataKey
    }

    /// - Parameter name: What within the purpose: a setting's key, an idempotency key.
    func seal(
        _ secret: [UInt8], for purpose: Purpose, name: String
    ) throws(DomainError) -> [UInt8] {
        do throws(OpenSSLError) {
            return [Self.format]
                + (try AES256GCM.seal(
                    secret,
                    associatedData: AssociatedData.of(purpose.rawValue, tenant: tenant, name: name),
                    key: dataKey))
        } catch {
            throw DomainError(.internalFailure, message: "a secret could not be sealed")
        }
    }

    /// - Throws: `internalFailure` for what was not sealed by this tenant's key for this purpose
    ///   and name.
    func open(
        _ sealed: [UInt8], for purpose: Purpose, name: String
    ) throws(DomainError) -> [UInt8] {
        try openSecret(sealed, for: purpose, name: name).withUnsafeBytes { [UInt8]($0) }
    }

    /// As `open`, into memory that is zeroed when it is let go.
    func openSecret(
        _ sealed: [UInt8], for purpose: Purpose, name: String
    ) throws(DomainError) -> SecretBytes {
        guard sealed.first == Self.format else { throw Self.unreadable }
        do throws(OpenSSLError) {
            return try AES256GCM.openSecret(
                Array(sealed.dropFirst()),
                associatedData: AssociatedData.of(purpose.rawValue, tenant: tenant, name: name),
                key: dataKey)
        } catch {
            throw Self.unreadable
        }
    }

    /// A hash of a request that holds a secret. Without the data key it cannot be compared with
    /// guesses of the secret, as a plain hash in the database could.
    func keyedHash(_ requestHash: [UInt8]) throws(DomainError) -> [UInt8] {
        do throws(OpenSSLError) {
            let message = AssociatedData.of("request", tenant: tenant, name: "") + requestHash
            return try HMACSHA256.authenticate(message, key: dataKey).bytes
        } catch {
            throw DomainError(.internalFailure, message: "a request could not be hashed")
        }
    }

    /// How the answer of a change is kept under this idempotency key.
    func answerSeal(idempotencyKey: String) -> AnswerSeal {
        AnswerSeal(
            seal: { answer throws(DomainError) in
                try seal(answer, for: .answer, name: idempotencyKey)
            },
            open: { sealed throws(DomainError) in
                try open(sealed, for: .answer, name: idempotencyKey)
            })
    }

    private static let unreadable = DomainError(
        .internalFailure, message: "a sealed secret is not what was sealed")
}
