package in.vyomo.tenancy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import google.rpc.ErrorDetails.ErrorInfo;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** The messages of Interop/vectors, in the generated types, as JSON and as bytes. */
public final class VectorsTest {
    private static final JsonFormat.TypeRegistry PACKED =
        JsonFormat.TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor()).build();
    private static final Map<String, Message> TYPES = new HashMap<>();

    private VectorsTest() {}

    public static void main(String[] arguments) throws Exception {
        TypedCalls.MESSAGES.forEach(
            message -> TYPES.put(message.getDescriptorForType().getFullName(), message));
        int count = 0;
        try (DirectoryStream<Path> files =
            Files.newDirectoryStream(Path.of(arguments[0]), "{bfc,grpc.health}.*.json")) {
            for (Path file : files) {
                for (JsonElement call : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
                    count += check(call.getAsJsonObject().getAsJsonArray("requests"));
                    count += check(call.getAsJsonObject().getAsJsonArray("responses"));
                }
            }
        }
        if (count == 0) {
            throw new AssertionError("there are no vectors");
        }
        System.out.println("ok   " + count + " messages as JSON and as bytes");
    }

    private static int check(JsonArray messages) throws Exception {
        for (JsonElement element : messages) {
            JsonObject vector = element.getAsJsonObject();
            String type = vector.get("type").getAsString();
            JsonElement wanted = vector.get("json");
            Message fromBytes = TYPES.get(type).getParserForType()
                .parseFrom(HexFormat.of().parseHex(vector.get("hex").getAsString()));
            Message.Builder fromJson = TYPES.get(type).newBuilderForType();
            JsonFormat.parser().usingTypeRegistry(PACKED).merge(wanted.toString(), fromJson);
            if (!fromJson.build().equals(fromBytes)) {
                throw new AssertionError(type + ": read from JSON " + fromJson.build()
                    + ", from bytes " + fromBytes);
            }
            String written = JsonFormat.printer().usingTypeRegistry(PACKED).print(fromBytes);
            if (!JsonParser.parseString(written).equals(wanted)) {
                throw new AssertionError(type + ": written as " + written + ", wanted " + wanted);
            }
        }
        return messages.size();
    }
}
