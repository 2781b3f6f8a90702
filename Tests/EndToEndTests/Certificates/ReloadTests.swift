internal import Foundation
internal import Glibc
internal import TTRPC
internal import TenancyAPI
internal import Testing

@Suite("Certificate files are read anew", .timeLimit(.minutes(5)))
struct ReloadTests {
    /// A deployment with an empty revocation list of its authority's, and what a test does to its
    /// files.
    private struct Fixture {
        let deployment: Deployment
        let folder: String

        /// - Parameter hasList: Without one, revocation is nobody's concern.
        init(hasList: Bool = true) async throws {
            folder = try TemporaryFolder.make(mode: 0o700)
            try await Self.makeRoot("root", in: folder)
            try await Self.shell(
                """
                cd \(folder)
                : >index
                echo 01 >number
                printf '%s\\n' '[ca]' 'default_ca=a' '[a]' 'database=index' 'crlnumber=number' \
                    'default_md=sha256' 'default_crl_days=2' >cnf
                \(Self.list)
                """)
            var settings = ["TENANCY_TLS_CA": "\(folder)/root.pem"]
            if hasList { settings["TENANCY_TLS_CRL"] = "\(folder)/list.pem" }
            deployment = try await Deployment(settings: settings)
        }

        static func makeRoot(_ name: String, in folder: String) async throws {
            try await shell(
                """
                cd \(folder)
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 \
                    -keyout \(name).key -out \(name).pem -subj /CN=\(name) \
                    -addext keyUsage=critical,keyCertSign,cRLSign
                """)
        }

        /// Puts the roots of these names in the place of those that clients are believed by, all at
        /// once.
        func trust(_ names: String...) async throws {
            let files = names.map { "\($0).pem" }.joined(separator: " ")
            try await Self.shell("cd \(folder); cat \(files) >both.pem; mv both.pem root.pem")
        }

        private static let list = """
            openssl ca -config cnf -cert root.pem -keyfile root.key -gencrl -out new.pem
            mv new.pem list.pem
            """

        @discardableResult
        static func shell(_ commands: String) async throws -> String {
            let outcome = try await Command(
                path: "/bin/bash", arguments: ["-c", "set -e; \(commands)"]
            ).run()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.output
        }

        /// A client's certificate of an authority's.
        func client(_ name: String, of root: String = "root") async throws -> ClientTLS {
            try await Self.shell(
                """
                cd \(folder)
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc \
                    -keyout \(name).key -subj /CN=\(name) -out \(name).csr
                openssl x509 -req -in \(name).csr -CA \(root).pem -CAkey \(root).key -days 2 \
                    -out \(name).pem -extfile <(printf '%s\\n' \
                        basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
                        subjectKeyIdentifier=hash authorityKeyIdentifier=keyid \
                        extendedKeyUsage=clientAuth \
                        subjectAltName=URI:spiffe://bfc-vyomo/service/\(name))
                """)
            return ClientTLS(
                trustRootsFile: deployment.certificateFile("ca.pem"),
                certificateChainFile: "\(folder)/\(name).pem",
                privateKeyFile: "\(folder)/\(name).key")
        }

        func revoke(_ name: String) async throws {
            try await Self.shell(
                """
                cd \(folder)
                openssl ca -config cnf -cert root.pem -keyfile root.key -revoke \(name).pem
                \(Self.list)
                """)
        }

        /// Puts another certificate in the place of the server's: the same key, another number.
        func replaceServerCertificate() async throws {
            try await Self.shell(
                """
                cd \(deployment.folder)/tls
                openssl req -new -key server.key -subj /CN=new -out new.csr
                openssl x509 -req -in new.csr -CA ca.pem -CAkey ca.key -days 2 \
                    -set_serial 4711 -out new.pem -extfile <(printf '%s\\n' \
                        extendedKeyUsage=serverAuth subjectAltName=DNS:localhost)
                mv new.pem server.pem
                """)
        }

        /// The number of the certificate that the server shows.
        func servedNumber() async throws -> String {
            try await Self.shell(
                """
                openssl s_client -connect 127.0.0.1:\(deployment.tlsPort) -alpn ttrpc </dev/null \
                    | openssl x509 -noout -serial
                """)
        }

        /// What OpenSSL's client says of a connection with a certificate. It makes a call that does
        /// not exist, and keeps the session once that is answered, or offers the one that it has
        /// kept: whatever the server sends after a handshake has come by then.
        func handshake(_ name: String) async throws -> String {
            try await Self.shell(
                """
                cd \(folder)
                rm -f in; mkfifo in
                : >said # What a handshake before this one said would end this one at once.
                offer=()
                [[ ! -e session.pem ]] || offer=(-sess_in session.pem)
                openssl s_client -connect 127.0.0.1:\(deployment.tlsPort) -alpn ttrpc \
                    -cert \(name).pem -key \(name).key -sess_out session.pem "${offer[@]}" \
                    <in >said 2>&1 &
                exec 3>in
                # At once: a second write to a connection that is closed hides why it was.
                printf '%b%b' '\\0\\0\\0\\x1e\\0\\0\\0\\x01\\x01\\0' \
                    '\\x0a\\x15grpc.health.v1.Health\\x12\\x05Chuck' >&3
                while kill -0 $! 2>/dev/null && ! grep -aq 'unknown method' said; do :; done
                exec 3>&-
                wait || true
                tr -cd '[:print:]\\n' <said
                """)
        }

        func metric(_ name: String) async throws -> Int {
            let page = try await HTTPGet("/metrics", port: deployment.operationsPort)
            let line = page.body.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
            return line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
        }

        func reloads(_ outcome: String) async throws -> Int {
            try await metric("tenancy_certificates_reloads_total{outcome=\"\(outcome)\"}")
        }

        /// Runs `change`, and returns once the server has had a look with this outcome.
        func afterReload(
            _ outcome: String = "success", _ change: () async throws -> Void
        ) async throws {
            let before = try await reloads(outcome)
            try await change()
            while try await reloads(outcome) == before {}
        }
    }

    @Test("on SIGHUP and when they change, and no connection notices")
    func reload() async throws {
        let fixture = try await Fixture()
        let deployment = fixture.deployment
        let tls = try await fixture.client("engine")
        try await deployment.withServices(over: tls) { services in
            _ = try await services.subscriptions.listPlans(.init())
            // A stream goes on where a call would go to a new connection without a word.
            var states = try await services.health.watch(.init()).makeAsyncIterator()
            #expect(try await states.next()?.status == .serving)
            let first = try await fixture.servedNumber()
            // By itself, within two seconds.
            try await fixture.afterReload { try await fixture.replaceServerCertificate() }
            let second = try await fixture.servedNumber()
            #expect(first != second)
            #expect(second.contains("1267"))
            // When asked, although nothing has changed.
            try await fixture.afterReload { deployment.signalServer(SIGHUP) }
            _ = try await services.subscriptions.listPlans(.init())
            // The stream of before is the one that hears of the end.
            deployment.signalServer(SIGTERM)
            #expect(try await states.next()?.status == .notServing)
            #expect(try await states.next() == nil)
        }
        #expect(try await deployment.serverExitStatus() == 0)
        try await deployment.shutdown()
    }

    @Test("and a new root is believed beside the old one, and then alone")
    func roots() async throws {
        let fixture = try await Fixture(hasList: false)
        let deployment = fixture.deployment
        let folder = fixture.folder
        try await Fixture.makeRoot("new-root", in: folder)
        try await Fixture.makeRoot("nobody", in: folder)
        let old = try await fixture.client("old")
        let new = try await fixture.client("new", of: "new-root")
        let other = try await fixture.client("other", of: "nobody")
        func calls(_ tls: ClientTLS) async throws {
            _ = try await deployment.withServices(over: tls) {
                try await $0.subscriptions.listPlans(.init())
            }
        }
        func isRefused(_ tls: ClientTLS) async throws {
            try await deployment.withServices(over: tls) { services in
                try await expectFailure(.unavailable) {
                    try await services.subscriptions.listPlans(
                        .init(), options: .init(timeout: .seconds(5)))
                }
            }
        }
        try await Fixture.shell("cp \(folder)/root.pem \(folder)/old-root.pem")
        try await deployment.withServices(over: old) { held in
            var states = try await held.health.watch(.init()).makeAsyncIterator()
            #expect(try await states.next()?.status == .serving)
            try await isRefused(new)
            try await fixture.afterReload { try await fixture.trust("old-root", "new-root") }
            try await calls(new)
            try await calls(old)
            try await isRefused(other)
            try await fixture.afterReload { try await fixture.trust("new-root") }
            try await calls(new)
            try await isRefused(old)
            // What is open keeps what it began with.
            _ = try await held.subscriptions.listPlans(.init())
            deployment.signalServer(SIGTERM)
            #expect(try await states.next()?.status == .notServing)
        }
        #expect(try await deployment.serverExitStatus() == 0)
        try await deployment.shutdown()
    }

    @Test("and one that is revoked is refused from then on, its open connections end; others go on")
    func revocation() async throws {
        let fixture = try await Fixture()
        let deployment = fixture.deployment
        let good = try await fixture.client("good")
        let bad = try await fixture.client("bad")
        try await deployment.withServices(over: good) { other in
            try await deployment.withServices(over: bad) { held in
                _ = try await other.subscriptions.listPlans(.init())
                _ = try await held.subscriptions.listPlans(.init())
                var states = try await held.health.watch(.init()).makeAsyncIterator()
                _ = try await states.next()
                #expect(try await fixture.metric("ttrpc_server_connections") == 2)
                try await fixture.afterReload {
                    try await fixture.revoke("bad")
                    deployment.signalServer(SIGHUP)
                }
                // By then it is closed, with what was under way on it.
                #expect(try await fixture.metric("ttrpc_server_connections_ended_total") == 1)
                await #expect(throws: RPCError.self) {
                    while try await states.next() != nil {}
                }
                _ = try await other.subscriptions.listPlans(.init())
                #expect(try await fixture.metric("ttrpc_server_connections") == 1)
                #expect(try await fixture.metric("ttrpc_server_connections_ended_total") == 1)
                try await expectFailure(.unavailable) {
                    try await held.subscriptions.listPlans(
                        .init(), options: .init(timeout: .seconds(5)))
                }
            }
        }
        let log = try String(contentsOfFile: "\(deployment.folder)/tenancyd.log", encoding: .utf8)
        #expect(log.contains("certificate revoked, connection closed"))
        try await deployment.withServices(over: good) {
            _ = try await $0.subscriptions.listPlans(.init())
        }
        try await deployment.shutdown()
    }

    @Test("and no session is resumed past a revocation, because no tickets are given out")
    func resumption() async throws {
        let fixture = try await Fixture()
        let deployment = fixture.deployment
        _ = try await fixture.client("resuming")
        let before = try await fixture.handshake("resuming")
        #expect(before.contains("New, TLSv1.3") && before.contains("unknown method"), "\(before)")
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/session.pem"))
        let again = try await fixture.handshake("resuming")
        #expect(again.contains("New, TLSv1.3") && again.contains("unknown method"), "\(again)")
        try await fixture.afterReload {
            try await fixture.revoke("resuming")
            deployment.signalServer(SIGHUP)
        }
        let after = try await fixture.handshake("resuming")
        #expect(after.contains("certificate revoked"), "\(after)")
        #expect(!after.contains("unknown method") && !after.contains("Reused"))
        try await deployment.shutdown()
    }

    @Test("and what is broken changes nothing until it is mended")
    func broken() async throws {
        let fixture = try await Fixture()
        let deployment = fixture.deployment
        let first = try await fixture.servedNumber()
        let path = "\(deployment.folder)/tls/server.pem"
        let certificate = try Data(contentsOf: URL(fileURLWithPath: path))
        try await fixture.afterReload("failure") {
            try Data("no certificate".utf8).write(to: URL(fileURLWithPath: path))
        }
        #expect(try await fixture.servedNumber() == first)
        #expect(try await fixture.metric("tenancy_certificates_current") == 0)
        let log = try String(contentsOfFile: "\(deployment.folder)/tenancyd.log", encoding: .utf8)
        #expect(log.contains("certificates cannot be used"))
        #expect(log.contains(path.replacing("/", with: "\\/")) || log.contains(path))
        try await fixture.afterReload { try certificate.write(to: URL(fileURLWithPath: path)) }
        #expect(try await fixture.metric("tenancy_certificates_current") == 1)
        try await deployment.shutdown()
    }
}
