package in.vyomo.tenancy;

/** The status codes of gRPC, in the order of their numbers. */
public enum StatusCode {
    OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS,
    PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE,
    UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED;

    static StatusCode of(int number) {
        return number >= 0 && number < values().length ? values()[number] : UNKNOWN;
    }
}
