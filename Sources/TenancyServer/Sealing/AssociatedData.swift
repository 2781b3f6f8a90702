internal import Tenancy

/// What a sealed message is bound to, so that it opens nowhere else: not for another tenant, not
/// for another purpose, not under another name.
///
/// Every part has its length in front. Parts that are only joined are ambiguous: tenant 1 with
/// "23" would be tenant 12 with "3".
enum AssociatedData {
    static func of(_ purpose: String, tenant: TenantID, name: String) -> [UInt8] {
        joined(["bfc-tenancy", purpose, String(tenant.rawValue), name])
    }

    /// The same for what is the platform's own.
    static func ofPlatform(_ purpose: String, name: String) -> [UInt8] {
        joined(["bfc-tenancy", purpose, "platform", name])
    }

    private static func joined(_ parts: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part.utf8)
        }
        return bytes
    }
}
