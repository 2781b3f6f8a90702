package in.vyomo.tenancy;

import java.util.ArrayList;
import java.util.List;

/** What travels beside a request: pairs, in order; keys may repeat. */
public record Metadata(List<Pair> pairs) {
    public record Pair(String key, String value) {}

    public static final Metadata NONE = new Metadata(List.of());

    public Metadata with(String key, String value) {
        List<Pair> more = new ArrayList<>(pairs);
        more.add(new Pair(key, value));
        return new Metadata(List.copyOf(more));
    }

    Metadata and(Metadata others) {
        List<Pair> more = new ArrayList<>(pairs);
        more.addAll(others.pairs);
        return new Metadata(List.copyOf(more));
    }
}
