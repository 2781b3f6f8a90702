package in.vyomo.tenancy;

import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;

/** A server that says nothing holds a call up to its own deadline, whoever else waits for it. */
public final class ConnectTest {
    private ConnectTest() {}

    public static void main(String[] arguments) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
            TenancyClient tenancy = new TenancyClient(Target.tls(
                "127.0.0.1", silent.getLocalPort(), Path.of(arguments[0]), null, null))) {
            Thread patient = new Thread(() -> {
                try {
                    tenancy.activity().watchActivity().close();
                } catch (TenancyException refused) {
                    // It waits as long as connecting may take.
                    return;
                }
            });
            patient.setDaemon(true);
            patient.start();
            try {
                tenancy.health().check(
                    HealthCheckRequest.getDefaultInstance(), Duration.ofMillis(200), Metadata.NONE);
                throw new AssertionError("nobody could have answered");
            } catch (TenancyException late) {
                if (late.code() != StatusCode.DEADLINE_EXCEEDED) {
                    throw late;
                }
            }
            if (!patient.isAlive()) {
                throw new AssertionError("the call waited for another one's connecting");
            }
        }
        System.out.println("ok   a call is not held up by the connecting of another one");
    }
}
