package in.vyomo.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import ttrpc.testing.v1.Echo.EchoRequest;
import ttrpc.testing.v1.Echo.EchoResponse;

/** Makes the calls that the conformance runner asks for; see Interop/conformance/README.md. */
public final class ConformanceClient {
    private static final HexFormat HEX = HexFormat.of();

    private ConformanceClient() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        try (TenancyClient tenancy =
                new TenancyClient(target(options), null, Metadata.NONE);
            BufferedReader input = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Map<String, TypedCall> calls = TypedCalls.of(tenancy);
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String[] fields = line.split(" ");
                String name = fields[1] + "/" + fields[2];
                TypedCall call = calls.containsKey(name) ? calls.get(name)
                    : echo(tenancy, fields[0], fields[1], fields[2]);
                System.out.println(answer(call, fields));
            }
        }
    }

    private static Target target(Map<String, String> options) {
        if (options.containsKey("--unix")) {
            return Target.unix(Path.of(options.get("--unix")));
        }
        String[] address = options.get("--tls").split(":");
        return Target.tls(
            address[0], Integer.parseInt(address[1]), Path.of(options.get("--ca")),
            Optional.ofNullable(options.get("--cert")).map(Path::of).orElse(null),
            Optional.ofNullable(options.get("--key")).map(Path::of).orElse(null));
    }

    /** The test service, and what no service has, have no typed calls. */
    private static TypedCall echo(
        TenancyClient tenancy, String kind, String service, String name) {
        Method<EchoRequest, EchoResponse> method =
            new Method<>(service, name, EchoResponse.parser(), true);
        return switch (kind) {
            case "unary" -> TypedCall.unary(EchoRequest.parser(),
                (request, timeout, metadata) -> tenancy.unary(method, request, timeout, metadata));
            case "server" -> TypedCall.serverStream(EchoRequest.parser(),
                (request, timeout, metadata) ->
                    tenancy.serverStream(method, request, timeout, metadata));
            default -> TypedCall.duplex(EchoRequest.parser(),
                (timeout, metadata) -> tenancy.stream(method, timeout, metadata));
        };
    }

    private static String answer(TypedCall call, String[] fields) throws Exception {
        Duration timeout = fields[3].equals("0") ? null : Duration.ofMillis(Long.parseLong(fields[3]));
        Metadata metadata = Metadata.NONE;
        for (String pair : items(fields[5])) {
            String[] parts = pair.split("=", -1);
            metadata = metadata.with(text(parts[0]), text(parts[1]));
        }
        List<ByteString> requests = new ArrayList<>();
        for (String body : items(fields[6])) {
            requests.add(bytes(body));
        }
        List<Message> answers = new ArrayList<>();
        try {
            call.make(new TypedCall.Asked(
                requests, fields[0].equals("bidi"), Integer.parseInt(fields[4]), timeout, metadata,
                answers));
            return report(0, "", "-", answers);
        } catch (TenancyException error) {
            String details = error.details().stream()
                .map(d -> hex(d.getTypeUrl()) + "=" + HEX.formatHex(d.getValue().toByteArray()))
                .collect(Collectors.joining(","));
            return report(error.code().ordinal(), error.statusMessage(),
                details.isEmpty() ? "-" : details, answers);
        }
    }

    private static String report(int code, String message, String details, List<Message> answers) {
        String bodies = answers.stream().map(a -> HEX.formatHex(a.toByteArray()))
            .map(h -> h.isEmpty() ? "." : h).collect(Collectors.joining(","));
        return code + " " + (message.isEmpty() ? "-" : hex(message)) + " " + details + " "
            + (bodies.isEmpty() ? "-" : bodies);
    }

    private static String[] items(String field) {
        return field.equals("-") ? new String[0] : field.split(",");
    }

    private static ByteString bytes(String hex) {
        return hex.equals(".") ? ByteString.EMPTY : ByteString.copyFrom(HEX.parseHex(hex));
    }

    private static String text(String hex) {
        return new String(HEX.parseHex(hex), StandardCharsets.UTF_8);
    }

    private static String hex(String text) {
        return HEX.formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
