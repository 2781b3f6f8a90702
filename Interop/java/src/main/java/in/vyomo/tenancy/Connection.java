package in.vyomo.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import ttrpc.RequestOuterClass;

/** One connection: frames out, frames in, and the calls they belong to. */
final class Connection implements AutoCloseable {
    static final int DATA_BYTES_MAX = 4 << 20;
    private static final int HEADER_BYTES = 10;
    /** A reader that falls behind further loses its stream: the other calls must not wait for it. */
    private static final int UNREAD_MESSAGES_MAX = 65_536;
    private static final int UNSENT_BYTES_MAX = 64 << 20;
    private static final byte[] NO_MORE = new byte[0];
    private static final int REQUEST = 1;
    private static final int RESPONSE = 2;
    private static final int DATA = 3;
    private static final int REMOTE_CLOSED = 1;
    private static final int REMOTE_OPEN = 2;
    private static final int NO_DATA = 4;

    private final Link link;
    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
    private final Object writing = new Object();
    /** Frames on their way out: a server that reads nothing must hold no caller up. */
    private final BlockingQueue<byte[]> unsent = new LinkedBlockingQueue<>();
    private long unsentBytes;
    private int nextId = 1;
    private volatile TenancyException lost;

    Connection(Link link) {
        this.link = link;
        begin(this::read, "bfc-tenancy-reader");
        begin(this::writeOut, "bfc-tenancy-writer");
    }

    private static void begin(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    boolean isUsable() {
        synchronized (writing) {
            return lost == null && nextId > 0;
        }
    }

    /** What a stream was told: a message, its end, or why it failed. */
    private record Event(ByteString message, TenancyException failure) {}

    final class Stream {
        private final int id;
        private boolean isOpen;
        private boolean isEnded;
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

        private Stream(int id, boolean isOpen) {
            this.id = id;
            this.isOpen = isOpen;
        }

        /** The next message, or null at the end; waits until a time of {@link System#nanoTime}. */
        ByteString next(Long deadline) throws TenancyException {
            if (isEnded) {
                return null;
            }
            Event event;
            try {
                event = deadline == null ? events.take()
                    : events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                giveUp();
                throw new TenancyException(StatusCode.CANCELLED, "the thread was interrupted");
            }
            if (event == null) {
                giveUp();
                throw new TenancyException(
                    StatusCode.DEADLINE_EXCEEDED, "the deadline has passed");
            }
            if (event.message == null) {
                isEnded = true;
                if (event.failure != null) {
                    throw event.failure;
                }
            }
            return event.message;
        }

        void send(Message message) throws TenancyException {
            write(id, DATA, 0, message.toByteArray());
        }

        void closeSending() throws TenancyException {
            if (isOpen) {
                isOpen = false;
                write(id, DATA, REMOTE_CLOSED | NO_DATA, new byte[0]);
            }
        }

        /** Nobody waits for the rest: what still comes is dropped, and the server is told. */
        void giveUp() {
            if (streams.remove(id) == null) {
                return;
            }
            isEnded = true;
            try {
                // The first end of a client's side is a half-close, the second one gives up.
                closeSending();
                write(id, DATA, REMOTE_CLOSED | NO_DATA, new byte[0]);
            } catch (TenancyException alreadyLost) {
                // Then the server knows.
                isOpen = false;
            }
        }

        private void deliver(Event event) {
            if (event.message != null && events.size() >= UNREAD_MESSAGES_MAX) {
                streams.remove(id);
                events.add(new Event(null, new TenancyException(
                    StatusCode.RESOURCE_EXHAUSTED, "the stream's reader fell behind")));
            } else {
                events.add(event);
            }
        }
    }

    /** Begins a call; {@code payload} is null for a client that streams. */
    Stream start(
        String service, String method, Message payload, Long deadline, Metadata metadata)
        throws TenancyException {
        RequestOuterClass.Request.Builder request = RequestOuterClass.Request.newBuilder()
            .setService(service).setMethod(method);
        if (payload != null) {
            request.setPayload(payload.toByteString());
        }
        if (deadline != null) {
            request.setTimeoutNano(Math.max(1, deadline - System.nanoTime()));
        }
        metadata.pairs().forEach(pair -> request.addMetadata(
            RequestOuterClass.KeyValue.newBuilder().setKey(pair.key()).setValue(pair.value())));
        byte[] data = request.build().toByteArray();
        // Ids go out in their order, so they are drawn under the lock that writes.
        synchronized (writing) {
            if (lost != null) {
                throw lost;
            }
            Stream stream = new Stream(nextId, payload == null);
            nextId += 2;
            // Known before it is sent: the answer may come at once.
            streams.put(stream.id, stream);
            try {
                write(stream.id, REQUEST, payload == null ? REMOTE_OPEN : REMOTE_CLOSED, data);
            } catch (TenancyException failed) {
                streams.remove(stream.id);
                throw failed;
            }
            return stream;
        }
    }

    private void write(int id, int type, int flags, byte[] data) throws TenancyException {
        if (data.length > DATA_BYTES_MAX) {
            throw new TenancyException(
                StatusCode.RESOURCE_EXHAUSTED, "the message is larger than a frame may be");
        }
        byte[] frame = ByteBuffer.allocate(HEADER_BYTES + data.length).putInt(data.length)
            .putInt(id).put((byte) type).put((byte) flags).put(data).array();
        synchronized (writing) {
            if (lost != null) {
                throw lost;
            }
            if (unsentBytes + frame.length > UNSENT_BYTES_MAX) {
                throw new TenancyException(
                    StatusCode.RESOURCE_EXHAUSTED, "the server reads too slowly");
            }
            unsentBytes += frame.length;
            unsent.add(frame);
        }
    }

    private void writeOut() {
        try {
            for (byte[] frame = unsent.take(); frame != NO_MORE; frame = unsent.take()) {
                link.output().write(frame);
                synchronized (writing) {
                    unsentBytes -= frame.length;
                }
                if (unsent.isEmpty()) {
                    link.output().flush();
                }
            }
        } catch (IOException broken) {
            lose(StatusCode.UNAVAILABLE, "the connection was lost: " + broken.getMessage());
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            DataInputStream input = new DataInputStream(link.input());
            byte[] header = new byte[HEADER_BYTES];
            while (true) {
                input.readFully(header);
                ByteBuffer fields = ByteBuffer.wrap(header);
                int length = fields.getInt();
                int id = fields.getInt();
                if (length < 0 || length > DATA_BYTES_MAX) {
                    throw new IOException("a frame over the limit");
                }
                byte[] data = new byte[length];
                input.readFully(data);
                receive(id, header[8], header[9], data);
            }
        } catch (IOException broken) {
            lose(StatusCode.UNAVAILABLE, "the connection was lost: " + broken.getMessage());
        }
    }

    private void receive(int id, int type, int flags, byte[] data) {
        Stream stream = streams.get(id);
        if (stream == null) {
            return;
        }
        if (type == RESPONSE) {
            streams.remove(id);
            try {
                RequestOuterClass.Response response = RequestOuterClass.Response.parseFrom(data);
                if (response.getStatus().getCode() != 0) {
                    stream.deliver(new Event(null, new TenancyException(
                        StatusCode.of(response.getStatus().getCode()),
                        response.getStatus().getMessage(), response.getStatus().getDetailsList())));
                    return;
                }
                stream.deliver(new Event(response.getPayload(), null));
                stream.deliver(new Event(null, null));
            } catch (InvalidProtocolBufferException damaged) {
                stream.deliver(new Event(null, new TenancyException(
                    StatusCode.INTERNAL, "malformed response envelope")));
            }
        } else if (type == DATA) {
            if ((flags & NO_DATA) == 0) {
                stream.deliver(new Event(ByteString.copyFrom(data), null));
            }
            if ((flags & REMOTE_CLOSED) != 0) {
                streams.remove(id);
                stream.deliver(new Event(null, null));
            }
        }
    }

    private void lose(StatusCode code, String why) {
        synchronized (writing) {
            if (lost == null) {
                lost = new TenancyException(code, why);
                unsent.add(NO_MORE);
            }
        }
        for (Integer id : streams.keySet()) {
            Stream stream = streams.remove(id);
            if (stream != null) {
                stream.deliver(new Event(null, lost));
            }
        }
        try {
            link.end().close();
        } catch (IOException alreadyClosed) {
            // It is gone either way.
            return;
        }
    }

    @Override
    public void close() {
        lose(StatusCode.CANCELLED, "the client was closed");
    }
}
