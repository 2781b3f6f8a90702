/// Classes of bytes that the rules of syntax are written with. The rules compare bytes rather than
/// characters: what is equal to a character under Unicode may be other bytes.
extension UInt8 {
    var isASCIILowercase: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
    var isASCIIUppercase: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }
    var isASCIILetter: Bool { isASCIILowercase || isASCIIUppercase }
    var isASCIIDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
    /// Neither blank, nor a control, nor beyond ASCII.
    var isASCIIVisible: Bool { 0x21...0x7E ~= self }

    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return self - UInt8(ascii: "A") + 10
        default: return nil
        }
    }
}
