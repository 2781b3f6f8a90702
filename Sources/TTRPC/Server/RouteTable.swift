internal import Glibc

/// A method and its names in bytes. An object, so that a call hands on one reference and not a copy
/// of each string and closure.
final class Route: Sendable {
    let method: ServerMethod
    /// The method's own, which every call asks for: out of `method` they come with a copy of all
    /// of it.
    let methodIndex: Int
    let fast: FastAnswer?
    /// How long a call may take, in nanoseconds: it is added to the time of every call, and a
    /// `Duration` counts in 128 bits. Nil for one that may last.
    let nanosecondsMax: UInt64?
    fileprivate let hash: UInt64
    fileprivate let service: [UInt8]
    fileprivate let name: [UInt8]

    fileprivate init(_ method: ServerMethod, _ limits: ServerLimits) {
        let service = Array(method.service.utf8)
        let name = Array(method.name.utf8)
        self.method = method
        methodIndex = method.index
        fast = method.fast
        let timeMax = method.kind == .unary ? limits.unaryTimeMax : limits.streamTimeMax
        nanosecondsMax = method.nanosecondsMax ?? timeMax.map(ServerCore.nanoseconds)
        self.service = service
        self.name = name
        hash = service.withUnsafeBytes { service in
            name.withUnsafeBytes { RouteTable.hash(service, $0) }
        }
    }
}

/// The router as a connection looks it up: by the bytes of the envelope, with no string made.
struct RouteTable: Sendable {
    /// Open addressing, at most half full, so a look-up ends at an empty place.
    private let slots: [Route?]
    private let mask: UInt64

    init(_ router: Router, _ limits: ServerLimits) {
        var capacity = 16
        while capacity < 2 * router.methods.count { capacity *= 2 }
        mask = UInt64(capacity - 1)
        var slots = [Route?](repeating: nil, count: capacity)
        for method in router.methods.values {
            let route = Route(method, limits)
            var index = Int(route.hash & mask)
            while slots[index] != nil { index = (index + 1) & Int(mask) }
            slots[index] = route
        }
        self.slots = slots
    }

    func route(_ service: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> Route? {
        let hash = Self.hash(service, name)
        var index = Int(hash & mask)
        while let route = slots[index] {
            if route.hash == hash, Self.equal(route.service, service), Self.equal(route.name, name)
            {
                return route
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
    fileprivate static func hash(
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
