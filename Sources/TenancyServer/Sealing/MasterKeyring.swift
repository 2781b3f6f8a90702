internal import OpenSSL

/// The master keys of one state of their file, by their numbers. They wrap data keys and nothing
/// else.
///
/// The file is text. A line is a key's number, from 1, and its 32 bytes as 64 hexadecimal digits;
/// empty lines and lines that begin with `#` say nothing. The key with the highest number wraps;
/// the others unwrap what they wrapped once. A line that begins with `standby` is a key that may
/// not wrap yet, so that every server can have it before the first one uses it.
struct MasterKeyring: Sendable {
    static let fileBytesMax = 64 * 1024
    static let keysMax = 100

    /// The number of the key that wraps; 0 when every key is standing by.
    let current: Int32
    private let keys: [Int32: SecretBytes]

    /// - Throws: `MasterKeyError`, which names a line and never what is on it.
    /// - Parameter mayStandBy: Whether the file may hold no key that wraps.
    init(_ text: SecretBytes, mayStandBy: Bool = false) throws(MasterKeyError) {
        var keys: [Int32: SecretBytes] = [:]
        var current: Int32 = 0
        try text.withUnsafeBytes { (bytes) throws(MasterKeyError) in
            let lines = bytes.split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() {
                guard let entry = try Self.entry(line, number: index + 1) else { continue }
                guard keys.count < Self.keysMax else {
                    throw MasterKeyError("it holds more than \(Self.keysMax) keys")
                }
                guard keys.updateValue(entry.key, forKey: entry.number) == nil else {
                    throw MasterKeyError("line \(index + 1): key \(entry.number) is there twice")
                }
                if !entry.isStandby { current = max(current, entry.number) }
            }
        }
        guard current > 0 || mayStandBy else {
            throw MasterKeyError("it holds no key that may wrap")
        }
        self.keys = keys
        self.current = current
    }

    /// The numbers of all keys, newest first.
    var numbers: [Int32] { keys.keys.sorted(by: >) }

    func key(_ number: Int32) -> SecretBytes? { keys[number] }

    /// The first key that both hold under one number with different bytes. Such a file was not
    /// rotated but overwritten, and taking it would make unreadable what the old key wrapped.
    func conflict(with other: MasterKeyring) -> Int32? {
        keys.keys.sorted().first { number in
            guard let key = keys[number], let theirs = other.keys[number] else { return false }
            return !key.equals(theirs)
        }
    }

    private struct Entry {
        var number: Int32
        var key: SecretBytes
        var isStandby: Bool
    }

    private static func entry(
        _ line: Slice<UnsafeRawBufferPointer>, number lineNumber: Int
    ) throws(MasterKeyError) -> Entry? {
        var words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }[...]
        guard let first = words.first, first.first != UInt8(ascii: "#") else { return nil }
        let isStandby = first.elementsEqual("standby".utf8)
        if isStandby { words.removeFirst() }
        guard words.count == 2, let numberWord = words.first, let keyWord = words.last,
            let number = Int32(String(decoding: numberWord, as: UTF8.self)), number > 0,
            let key = secret(keyWord)
        else {
            throw MasterKeyError(
                "line \(lineNumber) must be a number from 1 and \(AES256GCM.keyBytes * 2) "
                    + "hexadecimal digits")
        }
        return Entry(number: number, key: key, isStandby: isStandby)
    }

    /// From digits to zeroed memory directly: no string of them is ever made.
    private static func secret(_ digits: Slice<UnsafeRawBufferPointer>) -> SecretBytes? {
        guard digits.count == AES256GCM.keyBytes * 2, digits.allSatisfy({ digit($0) != nil })
        else { return nil }
        return try? SecretBytes(count: AES256GCM.keyBytes) { (buffer) throws(OpenSSLError) in
            for index in 0..<AES256GCM.keyBytes {
                let high = digits[digits.startIndex + 2 * index]
                let low = digits[digits.startIndex + 2 * index + 1]
                buffer[index] = (digit(high) ?? 0) << 4 | (digit(low) ?? 0)
            }
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
        default: return nil
        }
    }
}

/// Why a file of master keys cannot be used. It never holds a key.
struct MasterKeyError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
