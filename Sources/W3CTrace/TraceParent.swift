/// Which trace a call belongs to, as W3C's Trace Context has it: the headers `traceparent` and
/// `tracestate`.
package struct TraceParent: Sendable, Hashable {
    package static let key = "traceparent"
    package static let stateKey = "tracestate"
    /// How long a `tracestate` may be that is passed on; a longer one is dropped, which the
    /// standard allows.
    package static let stateBytesMax = 512

    /// The trace: 16 bytes, never all zero.
    package let traceID: TraceID
    /// The caller's span: 8 bytes, never zero.
    package let spanID: UInt64
    /// Whether somebody up the trace wants it recorded.
    package let isSampled: Bool
    /// What vendors pass along. Carried, not read.
    package let state: String

    package struct TraceID: Sendable, Hashable {
        package let high: UInt64
        package let low: UInt64
    }

    package init(traceID: TraceID, spanID: UInt64, isSampled: Bool, state: String = "") {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }

    /// Reads a header. Nil for one that breaks the standard: then the trace begins anew.
    package init?(header: String, state: String = "") {
        let bytes = Array(header.utf8)
        guard bytes.count >= 55, bytes[2] == 0x2d, bytes[35] == 0x2d, bytes[52] == 0x2d,
            let version = Self.number(bytes[0..<2]), version != 0xff,
            // What a later version adds stands behind another dash.
            bytes.count == 55 || (version > 0 && bytes[55] == 0x2d),
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
            let spanID = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55]),
            high != 0 || low != 0, spanID != 0
        else { return nil }
        self.init(
            traceID: TraceID(high: high, low: low), spanID: spanID, isSampled: flags & 1 == 1,
            state: state.utf8.count <= Self.stateBytesMax ? state : "")
    }

    /// The header for a call made from here.
    package var header: String { "00-\(traceIDText)-\(spanIDText)-\(isSampled ? "01" : "00")" }
    package var traceIDText: String { Self.text(traceID.high) + Self.text(traceID.low) }
    package var spanIDText: String { Self.text(spanID) }

    /// Sixteen digits.
    package static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Hexadecimal digits in lower case, which are the only ones allowed.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
