package in.vyomo.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The tenancy service over one connection, made when a call needs it and made again when it is lost.
 * Many threads may call at once.
 *
 * <p>A call that failed with UNAVAILABLE is tried again when that is safe, and within a budget: no more
 * than one in ten calls in the long run, so that a server in trouble is not sent more of it.
 *
 * <pre>{@code
 * try (TenancyClient tenancy = new TenancyClient(Target.unix(Path.of(".data/tenancyd.sock")))) {
 *     CheckQuotaResponse answer = tenancy.quota().checkQuota(request);
 * }
 * }</pre>
 */
public final class TenancyClient implements Services, AutoCloseable {
    private static final int ATTEMPTS_MAX = 5;
    private static final long DELAY_MIN_MS = 20;
    private static final long DELAY_MAX_MS = 5_000;
    private static final int CONNECT_TIME_MAX_MS = 5_000;
    /** Each call adds a tenth of a retry to what may be tried again, each retry takes a whole one. */
    private static final int RETRY_TENTHS_MAX = 100;
    private static final int RETRY_TENTHS_EACH = 10;

    private final Target target;
    private final Duration timeout;
    private final Metadata metadata;
    private Connection connection;
    /** The making of a connection, which every call that needs it waits for. */
    private CompletableFuture<Connection> connecting;
    private boolean isClosed;
    private final AtomicInteger retryTenths = new AtomicInteger(RETRY_TENTHS_MAX);

    /** With a timeout of 10 seconds for unary calls. */
    public TenancyClient(Target target) {
        this(target, Duration.ofSeconds(10), Metadata.NONE);
    }

    /**
     * @param timeout for unary calls that do not say otherwise; null for none.
     * @param metadata sent with every call, for example "authorization" with "Bearer " and a key.
     */
    public TenancyClient(Target target, Duration timeout, Metadata metadata) {
        this.target = target;
        this.timeout = timeout;
        this.metadata = metadata;
    }

    /** Makes a unary call with the client's timeout. */
    public <Q extends Message, A extends Message> A unary(Method<Q, A> method, Q request)
        throws TenancyException {
        return unary(method, request, timeout, Metadata.NONE);
    }

    /**
     * Makes a unary call. It is tried again after UNAVAILABLE when that is safe: the method is
     * idempotent, the request has an idempotency_key, or nothing of it was begun.
     */
    public <Q extends Message, A extends Message> A unary(
        Method<Q, A> method, Q request, Duration timeout, Metadata metadata)
        throws TenancyException {
        Long deadline = timeout == null ? null : System.nanoTime() + timeout.toNanos();
        boolean isRepeatable = method.isIdempotent() || hasIdempotencyKey(request);
        retryTenths.updateAndGet(tenths -> Math.min(RETRY_TENTHS_MAX, tenths + 1));
        for (int attempt = 1;; attempt++) {
            Connection used = null;
            try {
                used = connected(deadline);
                Connection.Stream stream = used.start(
                    method.service(), method.name(), request, deadline, this.metadata.and(metadata));
                ByteString answer = stream.next(deadline);
                return parse(method, answer == null ? ByteString.EMPTY : answer);
            } catch (TenancyException error) {
                boolean isBegun = used != null && !error.reason().equals("NOT_BEGUN");
                if (error.code() == StatusCode.UNAVAILABLE) {
                    drop(used);
                }
                long delay = delay(attempt, error);
                if (error.code() != StatusCode.UNAVAILABLE || attempt >= ATTEMPTS_MAX
                    || (isBegun && !isRepeatable)
                    || (deadline != null && System.nanoTime() + delay * 1_000_000 >= deadline)
                    || !takeRetry()) {
                    throw error;
                }
                rest(delay);
            }
        }
    }

    /** Begins a call in which the server streams. Close what it answers. */
    public <Q extends Message, A extends Message> StreamingCall<Q, A> serverStream(
        Method<Q, A> method, Q request, Duration timeout, Metadata metadata)
        throws TenancyException {
        return open(method, request, timeout, metadata);
    }

    /** Begins a call in which the client streams. Close what it answers. */
    public <Q extends Message, A extends Message> StreamingCall<Q, A> stream(
        Method<Q, A> method, Duration timeout, Metadata metadata) throws TenancyException {
        return open(method, null, timeout, metadata);
    }

    private <Q extends Message, A extends Message> StreamingCall<Q, A> open(
        Method<Q, A> method, Q request, Duration timeout, Metadata metadata)
        throws TenancyException {
        Long deadline = timeout == null ? null : System.nanoTime() + timeout.toNanos();
        return new StreamingCall<>(method, connected(deadline).start(
            method.service(), method.name(), request, deadline, this.metadata.and(metadata)), deadline);
    }

    /** Ends every call in flight and closes the connection. */
    @Override
    public synchronized void close() {
        isClosed = true;
        if (connection != null) {
            connection.close();
        }
    }

    static <Q extends Message, A extends Message> A parse(Method<Q, A> method, ByteString bytes)
        throws TenancyException {
        try {
            return method.answers().parseFrom(bytes);
        } catch (InvalidProtocolBufferException damaged) {
            throw new TenancyException(StatusCode.INTERNAL, "the answer is not of its type");
        }
    }

    /** Connecting holds no lock: each call waits for it until its own deadline. */
    private Connection connected(Long deadline) throws TenancyException {
        CompletableFuture<Connection> made;
        synchronized (this) {
            if (isClosed) {
                throw new TenancyException(StatusCode.CANCELLED, "the client was closed");
            }
            if (connection != null && connection.isUsable()) {
                return connection;
            }
            if (connecting == null) {
                connecting = new CompletableFuture<>();
                Thread thread = new Thread(this::connect, "bfc-tenancy-connect");
                thread.setDaemon(true);
                thread.start();
            }
            made = connecting;
        }
        try {
            return deadline == null ? made.get()
                : made.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new TenancyException(StatusCode.DEADLINE_EXCEEDED, "the deadline has passed");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TenancyException(StatusCode.CANCELLED, "the thread was interrupted");
        } catch (ExecutionException failed) {
            throw (TenancyException) failed.getCause();
        }
    }

    private void connect() {
        Connection fresh = null;
        TenancyException failure = null;
        try {
            fresh = new Connection(target.connect(CONNECT_TIME_MAX_MS));
        } catch (IOException | GeneralSecurityException | RuntimeException refused) {
            failure = new TenancyException(
                StatusCode.UNAVAILABLE, "cannot connect: " + refused.getMessage());
        }
        CompletableFuture<Connection> made;
        synchronized (this) {
            made = connecting;
            connecting = null;
            if (fresh != null && isClosed) {
                fresh.close();
                failure = new TenancyException(StatusCode.CANCELLED, "the client was closed");
            }
            connection = failure == null ? fresh : null;
        }
        if (failure == null) {
            made.complete(fresh);
        } else {
            made.completeExceptionally(failure);
        }
    }

    /** The next call makes a new connection. Calls in flight end by themselves. */
    private synchronized void drop(Connection used) {
        if (connection == used) {
            connection = null;
        }
    }

    private boolean takeRetry() {
        return retryTenths.getAndUpdate(
            tenths -> tenths < RETRY_TENTHS_EACH ? tenths : tenths - RETRY_TENTHS_EACH)
            >= RETRY_TENTHS_EACH;
    }

    private static boolean hasIdempotencyKey(Message request) {
        FieldDescriptor field = request.getDescriptorForType().findFieldByName("idempotency_key");
        return field != null && !request.getField(field).toString().isEmpty();
    }

    private static long delay(int attempt, TenancyException error) {
        long delay = Math.min(DELAY_MAX_MS, DELAY_MIN_MS << (attempt - 1));
        delay = delay / 2 + ThreadLocalRandom.current().nextLong(delay / 2 + 1);
        long asked = error.retryAfter().map(Duration::toMillis).orElse(0L);
        return Math.min(DELAY_MAX_MS, Math.max(delay, asked));
    }

    private static void rest(long ms) throws TenancyException {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TenancyException(StatusCode.CANCELLED, "the thread was interrupted");
        }
    }
}
