/// A version of TLS that we speak. Older ones do not exist here.
package enum TLSVersion: Int32, Sendable, Hashable, CustomStringConvertible {
    case v1_2 = 0x0303
    case v1_3 = 0x0304

    package var description: String {
        switch self {
        case .v1_2: "TLS 1.2"
        case .v1_3: "TLS 1.3"
        }
    }
}
