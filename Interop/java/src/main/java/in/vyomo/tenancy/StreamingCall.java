package in.vyomo.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.Optional;

/** A streaming call: send, receive, close. Closing before the end gives it up. */
public final class StreamingCall<Q extends Message, A extends Message> implements AutoCloseable {
    private final Method<Q, A> method;
    private final Connection.Stream stream;
    private final Long deadline;

    StreamingCall(Method<Q, A> method, Connection.Stream stream, Long deadline) {
        this.method = method;
        this.stream = stream;
        this.deadline = deadline;
    }

    public void send(Q message) throws TenancyException {
        stream.send(message);
    }

    /** Says that no message follows. */
    public void closeSending() throws TenancyException {
        stream.closeSending();
    }

    /** The next answer; empty at the end. */
    public Optional<A> receive() throws TenancyException {
        ByteString bytes = stream.next(deadline);
        return bytes == null ? Optional.empty() : Optional.of(TenancyClient.parse(method, bytes));
    }

    @Override
    public void close() {
        stream.giveUp();
    }
}
