package io.opensergo.governance.action;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the headers of a message, in the order they are made: those of a destination, then
 * those of its route; of each first what is removed, then what is set, then what is added. So a
 * route has the last word, as in Envoy. Names and values are those of the rule, and nothing in them
 * is replaced. Immutable.
 */
public final class HeaderChanges {

    /** No change. */
    public static final HeaderChanges NONE = new HeaderChanges(List.of());

    /** Headers that say where a message begins and ends, or where it goes. */
    private static final List<String> RESERVED =
            List.of("host", "content-length", "transfer-encoding", "connection", "upgrade");

    private final List<Change> changes;

    private HeaderChanges(List<Change> changes) {
        this.changes = changes;
    }

    /** The headers of a message, as a framework has them. */
    public interface Target {

        /** Removes all values of a header. */
        void remove(String name);

        /** Replaces all values of a header by one. */
        void set(String name, String value);

        /** Adds a value to those of a header. */
        void add(String name, String value);
    }

    private enum Kind {
        REMOVE,
        SET,
        ADD
    }

    private record Change(Kind kind, String name, String value) {

        @Override
        public String toString() {
            String word = kind.name().toLowerCase(Locale.ROOT);
            return kind == Kind.REMOVE ? word + " " + name : word + " " + name + ": " + value;
        }
    }

    /**
     * Returns changes.
     *
     * @param problems told of each that cannot be made, which is left out
     */
    public static HeaderChanges of(
            List<String> remove,
            Map<String, String> set,
            Map<String, String> add,
            Consumer<String> problems) {
        List<Change> changes = new ArrayList<>();
        remove.forEach(name -> put(changes, new Change(Kind.REMOVE, name, ""), problems));
        new TreeMap<>(set)
                .forEach(
                        (name, value) -> put(changes, new Change(Kind.SET, name, value), problems));
        new TreeMap<>(add)
                .forEach(
                        (name, value) -> put(changes, new Change(Kind.ADD, name, value), problems));
        return changes.isEmpty() ? NONE : new HeaderChanges(List.copyOf(changes));
    }

    private static void put(List<Change> changes, Change change, Consumer<String> problems) {
        String reason = reasonAgainst(change);
        if (reason == null) {
            changes.add(change);
        } else {
            problems.accept("cannot " + change.kind().name().toLowerCase(Locale.ROOT) + reason);
        }
    }

    private static @Nullable String reasonAgainst(Change change) {
        String name = change.name();
        if (!isName(name)) {
            return " the header '" + name + "', which is no name of HTTP";
        }
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            return " the header '" + name + "', which the connection needs";
        }
        boolean isClean = change.value().chars().allMatch(HeaderChanges::isOfValue);
        return isClean ? null : " the header '" + name + "': its value has a control character";
    }

    /** Returns whether HTTP takes a text for the name of a header or method. */
    static boolean isName(String name) {
        return !name.isEmpty() && name.chars().allMatch(HeaderChanges::isOfToken);
    }

    private static boolean isOfToken(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    private static boolean isOfValue(int c) {
        return c == '\t' || (c >= ' ' && c != 127);
    }

    /** Returns these changes and then others. */
    public HeaderChanges then(HeaderChanges others) {
        if (isEmpty() || others.isEmpty()) {
            return isEmpty() ? others : this;
        }
        List<Change> all = new ArrayList<>(changes);
        all.addAll(others.changes);
        return new HeaderChanges(List.copyOf(all));
    }

    /** Returns whether there is none. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Makes the changes. */
    public void applyTo(Target headers) {
        for (Change change : changes) {
            switch (change.kind()) {
                case REMOVE -> headers.remove(change.name());
                case SET -> headers.set(change.name(), change.value());
                case ADD -> headers.add(change.name(), change.value());
            }
        }
    }

    /** Returns for example {@code [remove x-debug, set x-env: gray]}. */
    @Override
    public String toString() {
        return changes.toString();
    }
}
