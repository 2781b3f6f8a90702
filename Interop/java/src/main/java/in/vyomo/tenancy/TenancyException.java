package in.vyomo.tenancy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import google.rpc.ErrorDetails.BadRequest;
import google.rpc.ErrorDetails.ErrorInfo;
import google.rpc.ErrorDetails.RetryInfo;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A call that failed, with its status and the details the server gave. */
public final class TenancyException extends Exception {
    private static final long serialVersionUID = 1;

    private final StatusCode code;
    private final String statusMessage;
    private final transient List<Any> details;

    TenancyException(StatusCode code, String message, List<Any> details) {
        super(code + ": " + message);
        this.code = code;
        this.statusMessage = message;
        this.details = List.copyOf(details);
    }

    TenancyException(StatusCode code, String message) {
        this(code, message, List.of());
    }

    public StatusCode code() {
        return code;
    }

    /** One sentence for a person. */
    public String statusMessage() {
        return statusMessage;
    }

    public List<Any> details() {
        return details;
    }

    /** The first detail of a type, for example {@code QuotaFailure.class}. */
    public <T extends Message> Optional<T> detail(Class<T> type) {
        for (Any detail : details) {
            if (detail.is(type)) {
                try {
                    return Optional.of(detail.unpack(type));
                } catch (InvalidProtocolBufferException damaged) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** The reason a program can decide on, such as "QUOTA_EXCEEDED"; "" without one. */
    public String reason() {
        return detail(ErrorInfo.class).map(ErrorInfo::getReason).orElse("");
    }

    /** The rule that each wrong field of the request broke. */
    public Map<String, String> fieldViolations() {
        Map<String, String> violations = new LinkedHashMap<>();
        detail(BadRequest.class).ifPresent(bad -> bad.getFieldViolationsList()
            .forEach(v -> violations.put(v.getField(), v.getDescription())));
        return violations;
    }

    /** After how long the server says a retry is worth while. */
    public Optional<Duration> retryAfter() {
        return detail(RetryInfo.class).filter(RetryInfo::hasRetryDelay).map(RetryInfo::getRetryDelay)
            .map(d -> Duration.ofSeconds(d.getSeconds(), d.getNanos()));
    }
}
