package in.vyomo.tenancy;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/** One method of a service, with the types that it takes and gives. */
public record Method<Q extends Message, A extends Message>(
    String service, String name, Parser<A> answers, boolean isIdempotent) {

    /** A method by its descriptor, for example {@code QuotaProto...getServices()}. */
    @SuppressWarnings("unchecked")
    public static <Q extends Message, A extends Message> Method<Q, A> of(
        com.google.protobuf.Descriptors.MethodDescriptor method, A prototype) {
        return new Method<>(
            method.getService().getFullName(), method.getName(),
            (Parser<A>) prototype.getParserForType(),
            method.getOptions().getIdempotencyLevel()
                != com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel
                    .IDEMPOTENCY_UNKNOWN);
    }
}
