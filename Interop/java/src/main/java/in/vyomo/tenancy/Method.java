package in.vyomo.tenancy;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;

/** One method of a service, with the types that it takes and gives. */
public record Method<Q extends Message, A extends Message>(
    String service, String name, Parser<A> answers, boolean isIdempotent) {}
