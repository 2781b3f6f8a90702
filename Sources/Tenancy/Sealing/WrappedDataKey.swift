/// A tenant's data key as it is stored: sealed under a master key, and worthless without it.
package struct WrappedDataKey: Sendable, Hashable {
    /// The number of the master key that it is sealed under.
    package let masterKey: Int32
    package let bytes: [UInt8]

    package init(masterKey: Int32, bytes: [UInt8]) {
        self.masterKey = masterKey
        self.bytes = bytes
    }
}
