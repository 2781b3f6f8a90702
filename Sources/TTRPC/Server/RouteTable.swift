internal import Glibc

/// The router as a connection looks it up: by the bytes of the envelope, with no string made.
struct RouteTable: Sendable {
    private struct Entry: Sendable {
        let hash: UInt64
        let service: [UInt8]
        let name: [UInt8]
        let method: ServerMethod
    }

    /// Open addressing, at most half full, so a look-up ends at an empty place.
    private let slots: [Entry?]
    private let mask: UInt64

    init(_ router: Router) {
        var capacity = 16
        while capacity < 2 * router.methods.count { capacity *= 2 }
        mask = UInt64(capacity - 1)
        var slots = [Entry?](repeating: nil, count: capacity)
        for method in router.methods.values {
            let service = Array(method.service.utf8)
            let name = Array(method.name.utf8)
            let hash = service.withUnsafeBytes { service in
                name.withUnsafeBytes { Self.hash(service, $0) }
            }
            var index = Int(hash & mask)
            while slots[index] != nil { index = (index + 1) & Int(mask) }
            slots[index] = Entry(hash: hash, service: service, name: name, method: method)
        }
        self.slots = slots
    }

    func method(_ service: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> ServerMethod?
    {
        let hash = Self.hash(service, name)
        var index = Int(hash & mask)
        while let entry = slots[index] {
            if entry.hash == hash, Self.equal(entry.service, service), Self.equal(entry.name, name)
            {
                return entry.method
            }
            index = (index + 1) & Int(mask)
        }
        return nil
    }

    private static func equal(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count, let base = right.baseAddress else {
            return left.isEmpty && right.isEmpty
        }
        return memcmp(left, base, left.count) == 0
    }

    /// Eight bytes at a time. The table holds our own names only, so a caller cannot make it
    /// collide, and a good spread is all that is asked of it.
    private static func hash(
        _ service: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer
    ) -> UInt64 {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for index in 0..<2 {
            let part = index == 0 ? service : name
            var offset = 0
            while offset + 8 <= part.count {
                mix(&state, part.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var rest: UInt64 = UInt64(part.count) << 56
            while offset < part.count {
                rest = rest << 8 | UInt64(part[offset])
                offset += 1
            }
            mix(&state, rest)
        }
        return state ^ (state >> 32)
    }

    private static func mix(_ state: inout UInt64, _ word: UInt64) {
        state = (state ^ word) &* 0xff51_afd7_ed55_8ccd
        state ^= state >> 29
    }
}
