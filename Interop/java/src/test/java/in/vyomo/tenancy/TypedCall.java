package in.vyomo.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A call of one method with its types; the requests come as bytes. */
@FunctionalInterface
interface TypedCall {
    void make(Asked asked) throws TenancyException, InvalidProtocolBufferException;

    /**
     * What the runner asks for, and where the answers go.
     *
     * @param isPingPong whether each request waits for an answer.
     * @param cancelAfter gives the call up after so many answers; 0 for never.
     */
    record Asked(
        List<ByteString> requests, boolean isPingPong, int cancelAfter, Duration timeout,
        Metadata metadata, List<Message> answers) {

        private void keep(Message answer) throws TenancyException {
            answers.add(answer);
            if (cancelAfter > 0 && answers.size() == cancelAfter) {
                // Leaving the call gives it up.
                throw new TenancyException(StatusCode.CANCELLED, "");
            }
        }
    }

    @FunctionalInterface
    interface Unary<Q> {
        Message call(Q request, Duration timeout, Metadata metadata) throws TenancyException;
    }

    @FunctionalInterface
    interface ServerStream<Q extends Message> {
        StreamingCall<Q, ? extends Message> open(Q request, Duration timeout, Metadata metadata)
            throws TenancyException;
    }

    @FunctionalInterface
    interface Duplex<Q extends Message> {
        StreamingCall<Q, ? extends Message> open(Duration timeout, Metadata metadata)
            throws TenancyException;
    }

    static <Q extends Message> TypedCall unary(Parser<Q> parser, Unary<Q> method) {
        return asked -> asked.keep(method.call(
            parser.parseFrom(asked.requests().get(0)), asked.timeout(), asked.metadata()));
    }

    static <Q extends Message> TypedCall serverStream(Parser<Q> parser, ServerStream<Q> method) {
        return asked -> {
            Q request = parser.parseFrom(asked.requests().get(0));
            try (StreamingCall<Q, ? extends Message> call =
                method.open(request, asked.timeout(), asked.metadata())) {
                readAll(call, asked);
            }
        };
    }

    static <Q extends Message> TypedCall duplex(Parser<Q> parser, Duplex<Q> method) {
        return asked -> {
            try (StreamingCall<Q, ? extends Message> call =
                method.open(asked.timeout(), asked.metadata())) {
                for (ByteString request : asked.requests()) {
                    call.send(parser.parseFrom(request));
                    if (asked.isPingPong()) {
                        Optional<? extends Message> answer = call.receive();
                        if (answer.isPresent()) {
                            asked.keep(answer.get());
                        }
                    }
                }
                readAll(call, asked);
            }
        };
    }

    private static void readAll(StreamingCall<?, ? extends Message> call, Asked asked)
        throws TenancyException {
        if (asked.cancelAfter() == 0) {
            call.closeSending();
        }
        for (Optional<? extends Message> next = call.receive(); next.isPresent();
            next = call.receive()) {
            asked.keep(next.get());
        }
    }
}
