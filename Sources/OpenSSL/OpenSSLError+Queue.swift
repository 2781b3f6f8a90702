internal import COpenSSL
internal import Glibc

/// One entry of OpenSSL's error queue, taken out of it.
struct QueuedError {
    var library: Int32
    var reason: Int32
    var text: String
}

extension OpenSSLError {
    /// Empties the calling thread's error queue.
    ///
    /// Every call into libssl whose result is asked of `SSL_get_error` must find the queue empty:
    /// a leftover of some other session on the same thread would otherwise be taken for its
    /// failure.
    ///
    /// It nearly always is: asking costs a tenth of emptying, and this is asked twice a call.
    static func clearQueue() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    /// Takes everything out of the calling thread's queue, earliest error first.
    static func drainQueue() -> [QueuedError] {
        var entries: [QueuedError] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return entries }
            entries.append(
                QueuedError(
                    library: ERR_GET_LIB(code), reason: ERR_GET_REASON(code),
                    text: text(of: code)))
        }
    }

    /// The failure of `operation`, with the queue's reasons; leaves the queue empty.
    static func drained(
        _ code: Code, _ operation: String, file: String? = nil
    ) -> OpenSSLError {
        OpenSSLError(code, operation, file: file, reasons: drainQueue().map(\.text))
    }

    /// Throws unless a C call reported success, which OpenSSL spells 1.
    static func check(
        _ result: Int32, _ code: Code, _ operation: String, file: String? = nil
    ) throws(OpenSSLError) {
        guard result == 1 else {
            throw drained(code, operation, file: file)
        }
    }

    /// Throws when a C call answered no object.
    static func unwrap<Pointer>(
        _ pointer: Pointer?, _ code: Code, _ operation: String, file: String? = nil
    ) throws(OpenSSLError) -> Pointer {
        guard let pointer else {
            throw drained(code, operation, file: file)
        }
        return pointer
    }

    /// The system's words for an error number.
    static func systemReason(_ number: Int32) -> String {
        var text = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &text, text.count) == 0 else { return "errno \(number)" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func text(of code: UInt) -> String {
        if let reason = ERR_reason_error_string(code) {
            return String(cString: reason)
        }
        // Operating system errors travel in the same queue and have no reason string of OpenSSL's.
        return "error \(ERR_GET_REASON(code)) of library \(ERR_GET_LIB(code))"
    }
}
