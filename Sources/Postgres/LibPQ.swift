internal import CLibPQ
internal import Glibc

/// Every call of libpq, its answer checked. One object owns one connection.
///
/// A class that closes by ownership: the pool holds connections in arrays, which a noncopyable
/// type could not be in.
final class LibPQ {
    private let pointer: OpaquePointer

    /// Connects, blocking the calling thread until the server answers or libpq's own
    /// `connect_timeout` passes.
    ///
    /// - Throws: `PostgresError` with `.connectionLost`; the message is libpq's and holds no
    ///   password.
    init(connecting url: String, applicationName: String, timeoutSeconds: Int) throws(PostgresError)
    {
        // What stands before `dbname`, the URL may set otherwise. A peer that vanished without a
        // word is noticed within a minute; the kernel's own settings take hours.
        let keywords = [
            "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
            "dbname", "fallback_application_name", "connect_timeout", "client_encoding",
        ]
        let values = [
            "30", "10", "3", "60000", url, applicationName, String(timeoutSeconds), "UTF8",
        ]
        let connected = Self.withCStrings(keywords) { keywords in
            Self.withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let connected else {
            throw PostgresError(.connectionLost, "libpq is out of memory")
        }
        pointer = connected
        guard PQstatus(connected) == CONNECTION_OK else {
            throw PostgresError(.connectionLost, Self.line(PQerrorMessage(connected)))
        }
        // Notices would go to standard error otherwise.
        PQsetNoticeReceiver(connected, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let storage = strings.map { string in
            let bytes = Array(string.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            return copy
        }
        defer { for copy in storage { copy.deallocate() } }
        var list: [UnsafePointer<CChar>?] = storage.map { UnsafePointer($0) }
        list.append(nil)
        return list.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the list has a NULL") }
            return body(base)
        }
    }

    private static func line(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "" }
        let message = String(cString: text)
        return message.split(separator: "\n").first.map(String.init) ?? message
    }

    // MARK: - Mode

    func enterPipeline() throws(PostgresError) {
        guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
            throw failure()
        }
    }

    /// The descriptor, or -1 when libpq has closed it.
    var socket: Int32 { PQsocket(pointer) }

    /// Whether no statement is under way and no transaction open.
    var isOutsideTransaction: Bool { PQtransactionStatus(pointer) == PQTRANS_IDLE }

    private func failure() -> PostgresError {
        PostgresError(.connectionLost, Self.line(PQerrorMessage(pointer)))
    }

    // MARK: - Sending

    func sendPrepare(_ name: String, _ sql: SQL) throws(PostgresError) {
        let types = sql.values.map { Oid($0.type.rawValue) }
        guard PQsendPrepare(pointer, name, sql.text, CInt(types.count), types) == 1 else {
            throw failure()
        }
    }

    func sendExecute(_ name: String, _ values: [PostgresValue]) throws(PostgresError) {
        let sent = Self.withParameters(values) { pointers, lengths, formats in
            PQsendQueryPrepared(
                pointer, name, CInt(values.count), pointers, lengths, formats, 1)
        }
        guard sent == 1 else { throw failure() }
    }

    /// Parses, binds and executes in one, without a name.
    func sendOnce(_ sql: SQL) throws(PostgresError) {
        let types = sql.values.map { Oid($0.type.rawValue) }
        let sent = Self.withParameters(sql.values) { pointers, lengths, formats in
            PQsendQueryParams(
                pointer, sql.text, CInt(types.count), types, pointers, lengths, formats, 1)
        }
        guard sent == 1 else { throw failure() }
    }

    /// Ends what is one implicit transaction.
    func sendSync() throws(PostgresError) {
        guard PQpipelineSync(pointer) == 1 else { throw failure() }
    }

    /// Whether everything is sent.
    func flush() throws(PostgresError) -> Bool {
        switch PQflush(pointer) {
        case 0: return true
        case 1: return false
        default: throw failure()
        }
    }

    private static func withParameters(
        _ values: [PostgresValue],
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<CInt>?, UnsafePointer<CInt>?
        ) -> CInt
    ) -> CInt {
        // One block holds every value; libpq copies before it returns.
        var bytes: [UInt8] = []
        var offsets: [Int?] = []
        for value in values {
            offsets.append(value.bytes.map { _ in bytes.count })
            bytes += value.bytes ?? []
        }
        bytes.append(0)
        let lengths = values.map { CInt(clamping: $0.bytes?.count ?? 0) }
        let formats = [CInt](repeating: 1, count: values.count)
        return bytes.withUnsafeBytes { block in
            let base = block.bindMemory(to: CChar.self).baseAddress
            let pointers = offsets.map { offset in
                offset.flatMap { place in base.map { $0 + place } }
            }
            return body(pointers, lengths, formats)
        }
    }

    // MARK: - Receiving

    enum Event {
        case rows([Row])
        /// COMMIT or ROLLBACK has undone the transaction.
        case rolledBack
        case failed(PostgresError)
        /// An earlier statement before the same sync failed.
        case aborted
        case sync
    }

    /// Takes what the socket has.
    func consume() throws(PostgresError) {
        guard PQconsumeInput(pointer) == 1 else { throw failure() }
    }

    /// The next answer that is complete, or nil when the server has to say more.
    func nextEvent() -> Event? {
        while PQisBusy(pointer) == 0 {
            guard let result = PQgetResult(pointer) else {
                // The end of one statement's answers, or nothing outstanding at all.
                guard !endOfStatement() else { return nil }
                continue
            }
            defer { PQclear(result) }
            nullsInARow = 0
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: return .sync
            case PGRES_PIPELINE_ABORTED: return .aborted
            case PGRES_TUPLES_OK: return .rows(Self.rows(of: result))
            case PGRES_COMMAND_OK:
                return strcmp(PQcmdStatus(result), "ROLLBACK") == 0 ? .rolledBack : .rows([])
            case PGRES_EMPTY_QUERY: return .rows([])
            default: return .failed(Self.error(of: result))
            }
        }
        return nil
    }

    private var nullsInARow = 0

    /// libpq says NULL once after each statement, and again and again when nothing is outstanding.
    private func endOfStatement() -> Bool {
        nullsInARow += 1
        return nullsInARow > 1
    }

    /// What NOTIFY brought: the channel and the payload.
    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = PQnotifies(pointer) else { return nil }
        defer { PQfreemem(notification) }
        return (
            String(cString: notification.pointee.relname),
            String(cString: notification.pointee.extra)
        )
    }

    /// Asks the server to stop what it does for this connection; blocks, from another thread.
    func canceller() -> Canceller? {
        PQgetCancel(pointer).map(Canceller.init)
    }

    /// Runs statements one after the other in the simple protocol; blocks. For migrations.
    func execute(script: String) throws(PostgresError) -> [Row] {
        guard let result = PQexec(pointer, script) else { throw failure() }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK: return Self.rows(of: result)
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return []
        default: throw Self.error(of: result)
        }
    }

    /// Runs one statement with values; blocks. For migrations.
    func execute(_ sql: SQL) throws(PostgresError) -> [Row] {
        let types = sql.values.map { Oid($0.type.rawValue) }
        var answer: OpaquePointer?
        _ = Self.withParameters(sql.values) { pointers, lengths, formats in
            answer = PQexecParams(
                pointer, sql.text, CInt(types.count), types, pointers, lengths, formats, 1)
            return 1
        }
        guard let answer else { throw failure() }
        defer { PQclear(answer) }
        switch PQresultStatus(answer) {
        case PGRES_TUPLES_OK: return Self.rows(of: answer)
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return []
        default: throw Self.error(of: answer)
        }
    }

    private static func rows(of result: OpaquePointer) -> [Row] {
        let count = PQntuples(result)
        let width = PQnfields(result)
        guard count > 0, width > 0 else { return [] }
        let columns = Row.Columns(
            names: (0..<width).map { index in
                PQfname(result, index).map { String(cString: $0) } ?? ""
            },
            types: (0..<width).map { PostgresType(rawValue: PQftype(result, $0)) })
        return (0..<count).map { row in
            var bytes: [UInt8] = []
            var ends: [Int32] = []
            for column in 0..<width {
                guard PQgetisnull(result, row, column) == 0,
                    let value = PQgetvalue(result, row, column)
                else {
                    ends.append(-1)
                    continue
                }
                let length = Int(PQgetlength(result, row, column))
                bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
                ends.append(Int32(clamping: bytes.count))
            }
            return Row(columns: columns, bytes: bytes, ends: ends)
        }
    }

    private static func error(of result: OpaquePointer) -> PostgresError {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(result, CInt(code.value)).map { String(cString: $0) }
        }
        let state = field("C").map(SQLState.init(rawValue:))
        // Without a state it is libpq itself that speaks: the connection is gone. So it is when the
        // server calls the failure fatal.
        let isFatal = ["FATAL", "PANIC"].contains(field("V") ?? "")
        var error = PostgresError(
            state == nil || isFatal ? .connectionLost : .server,
            field("M") ?? line(PQresultErrorMessage(result)), sqlState: state)
        error.constraint = field("n")
        error.table = field("t")
        error.column = field("c")
        error.detail = field("D")
        error.hint = field("H")
        return error
    }
}

/// A way to cancel a statement from another thread.
///
/// `@unchecked Sendable`: a PGcancel is made to be used from any thread and never changes.
final class Canceller: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { PQfreeCancel(pointer) }

    /// Asks; blocks while it connects. Whether it worked shows in the statement's own answer.
    func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &message, CInt(message.count))
    }
}
