package io.opensergo.test;

import java.util.Collection;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Parts of messages. */
final class MessageText {

    private MessageText() {}

    /** Returns each on a line of its own, indented. */
    static String lines(Collection<?> items) {
        return items.stream().map(item -> "\n" + indented(item)).collect(Collectors.joining());
    }

    /** Returns a text of several lines, each indented. */
    static String indented(Object text) {
        return "  " + text.toString().replace("\n", "\n  ");
    }

    /** Returns names in quotes, in their order, or a word for none. */
    static String names(Collection<String> names) {
        return names.isEmpty()
                ? "none"
                : new TreeSet<>(names)
                        .stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
    }

    /** Returns a number of things, of which one has no {@code s}. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
