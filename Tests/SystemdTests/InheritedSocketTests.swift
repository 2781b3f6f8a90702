internal import Systemd
internal import Testing

@Suite("Sockets handed over")
struct InheritedSocketTests {
    @Test(
        "What is meant for another process, or for nobody, is not taken",
        arguments: [
            [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "8", "LISTEN_FDS": "1"],
            ["LISTEN_PID": "7"], ["LISTEN_PID": "7", "LISTEN_FDS": "0"],
        ])
    func others(environment: [String: String]) throws {
        #expect(try InheritedSocket.all(environment: environment, processID: 7).isEmpty)
    }

    @Test("A number that cannot be is refused", arguments: ["x", "-1", "65"])
    func badCount(text: String) {
        #expect(throws: SystemdError.self) {
            try InheritedSocket.all(
                environment: ["LISTEN_PID": "7", "LISTEN_FDS": text], processID: 7)
        }
    }
}
