package in.vyomo.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
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

/** Makes the calls that the conformance runner asks for; see Interop/conformance/README.md. */
public final class ConformanceClient {
    private static final Map<String, MethodDescriptor> METHODS = new HashMap<>();
    private static final HexFormat HEX = HexFormat.of();

    private ConformanceClient() {}

    public static void main(String[] arguments) throws Exception {
        // The outer classes of the files are named by a property, so that a new file needs no edit.
        for (String name : System.getProperty("outer.classes").split(",")) {
            FileDescriptor file = (FileDescriptor) Class.forName(name).getMethod("getDescriptor")
                .invoke(null);
            for (ServiceDescriptor service : file.getServices()) {
                service.getMethods().forEach(method -> METHODS.put(
                    service.getFullName() + "/" + method.getName(), method));
            }
        }
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        try (TenancyClient tenancy =
                new TenancyClient(target(options), null, Metadata.NONE);
            BufferedReader input = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(answer(tenancy, line.split(" ")));
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

    private static String answer(TenancyClient tenancy, String[] fields) throws Exception {
        MethodDescriptor found = METHODS.getOrDefault(
            fields[1] + "/" + fields[2], METHODS.get("ttrpc.testing.v1.EchoService/Unary"));
        Method<Message, Message> known =
            Method.of(found, DynamicMessage.getDefaultInstance(found.getOutputType()));
        Method<Message, Message> method =
            new Method<>(fields[1], fields[2], known.answers(), known.isIdempotent());
        Duration timeout = fields[3].equals("0") ? null : Duration.ofMillis(Long.parseLong(fields[3]));
        Metadata metadata = Metadata.NONE;
        for (String pair : items(fields[5])) {
            String[] parts = pair.split("=", -1);
            metadata = metadata.with(text(parts[0]), text(parts[1]));
        }
        List<Message> requests = new ArrayList<>();
        for (String body : items(fields[6])) {
            requests.add(DynamicMessage.parseFrom(found.getInputType(), bytes(body)));
        }
        List<Message> answers = new ArrayList<>();
        try {
            collect(tenancy, fields[0], method, requests, Integer.parseInt(fields[4]), timeout,
                metadata, answers);
            return report(0, "", "-", answers);
        } catch (TenancyException error) {
            String details = error.details().stream()
                .map(d -> hex(d.getTypeUrl()) + "=" + HEX.formatHex(d.getValue().toByteArray()))
                .collect(Collectors.joining(","));
            return report(error.code().ordinal(), error.statusMessage(),
                details.isEmpty() ? "-" : details, answers);
        }
    }

    private static void collect(
        TenancyClient tenancy, String kind, Method<Message, Message> method, List<Message> requests,
        int cancelAfter, Duration timeout, Metadata metadata, List<Message> answers)
        throws TenancyException {
        if (kind.equals("unary")) {
            answers.add(tenancy.unary(method, requests.get(0), timeout, metadata));
            return;
        }
        boolean isServer = kind.equals("server");
        try (StreamingCall<Message, Message> call = isServer
            ? tenancy.serverStream(method, requests.get(0), timeout, metadata)
            : tenancy.stream(method, timeout, metadata)) {
            for (Message request : isServer ? List.<Message>of() : requests) {
                call.send(request);
                if (kind.equals("bidi")) {
                    call.receive().ifPresent(answers::add);
                    giveUpInTime(answers, cancelAfter);
                }
            }
            if (cancelAfter == 0) {
                call.closeSending();
            }
            for (Optional<Message> next = call.receive(); next.isPresent(); next = call.receive()) {
                answers.add(next.get());
                giveUpInTime(answers, cancelAfter);
            }
        }
    }

    /** Leaving the call gives it up. */
    private static void giveUpInTime(List<Message> answers, int cancelAfter)
        throws TenancyException {
        if (cancelAfter > 0 && answers.size() == cancelAfter) {
            throw new TenancyException(StatusCode.CANCELLED, "");
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
