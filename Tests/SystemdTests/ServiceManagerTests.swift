internal import Glibc
internal import Testing

@testable internal import Systemd

@Suite("Notifications to the service manager")
struct ServiceManagerTests {
    @Test("Nobody is told when nobody asks")
    func nobody() throws {
        #expect(try ServiceManager(environment: [:]) == nil)
        #expect(try ServiceManager(environment: ["NOTIFY_SOCKET": ""]) == nil)
    }

    @Test("A datagram holds a line for each state", arguments: [true, false])
    func datagram(isAbstract: Bool) throws {
        let name =
            (isAbstract ? "@" : "/tmp/") + "notify-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let receiver = try DatagramReceiver(name)
        let manager = try #require(try ServiceManager(environment: ["NOTIFY_SOCKET": name]))
        #expect(manager.notify(.ready, .status("two\nlines")))
        #expect(receiver.receive() == "READY=1\nSTATUS=two lines")
        #expect(manager.notify(.watchdog))
        #expect(receiver.receive() == "WATCHDOG=1")
        #expect(manager.notify(.stopping))
        #expect(receiver.receive() == "STOPPING=1")
    }

    @Test("A manager that has gone is no error of the service's")
    func gone() throws {
        let manager = try #require(
            try ServiceManager(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"]))
        #expect(!manager.notify(.ready))
    }

    @Test(
        "An address that cannot be is refused",
        arguments: ["relative", "vsock:2:1", "/" + String(repeating: "a", count: 108)])
    func badAddress(name: String) {
        #expect(throws: SystemdError.self) {
            try ServiceManager(environment: ["NOTIFY_SOCKET": name])
        }
    }

    @Test("The watchdog is the process's that it was meant for")
    func watchdog() throws {
        func interval(_ environment: [String: String]) throws -> Duration? {
            try ServiceManager.watchdogInterval(environment, processID: 7)
        }
        #expect(try interval([:]) == nil)
        #expect(try interval(["WATCHDOG_USEC": "1500000"]) == .milliseconds(1500))
        #expect(try interval(["WATCHDOG_USEC": "10", "WATCHDOG_PID": "7"]) == .microseconds(10))
        #expect(try interval(["WATCHDOG_USEC": "10", "WATCHDOG_PID": "8"]) == nil)
        #expect(throws: SystemdError.self) { try interval(["WATCHDOG_USEC": "soon"]) }
        #expect(throws: SystemdError.self) { try interval(["WATCHDOG_USEC": "0"]) }
    }
}

/// The other end: a datagram socket of the test's own.
private final class DatagramReceiver {
    private let descriptor: CInt
    private let path: String?

    init(_ name: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        path = name.first == "/" ? name : nil
        let number = descriptor
        let result = try NotificationAddress(name).withPointer { bind(number, $0, $1) }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
