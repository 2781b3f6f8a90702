/// Numbers as text with a given number of digits, without Foundation's locale machinery.
package enum Decimals {
    /// The number with `digits` digits behind the point, rounded half away from zero.
    package static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<max(0, min(digits, 3)) { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int64(scale))
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard scale > 1 else { return "\(sign)\(whole)" }
        let digitsBehind = String(part)
        let zeros = String(repeating: "0", count: String(Int64(scale)).count - 1)
        return "\(sign)\(whole)." + (zeros + digitsBehind).suffix(zeros.count)
    }

    /// The number with at least `significantDigits` digits, none of them behind the point when
    /// there are enough in front of it.
    package static func text(_ value: Double, significantDigits: Int) -> String {
        let inFront = abs(value) < 10 ? 1 : abs(value) < 100 ? 2 : 3
        return text(value, digits: significantDigits - inFront)
    }

    /// The integer in groups of three digits: `1,234,567`.
    package static func grouped(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }
}
