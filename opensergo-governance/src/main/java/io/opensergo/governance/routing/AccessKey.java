package io.opensergo.governance.routing;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that a request must have for a condition to hold, and that an index can look up.
 *
 * @param probe where and how it is looked up
 * @param text the text that is looked up
 * @param condition the condition
 * @param settles whether having it is all that the condition asks for
 */
record AccessKey(Probe probe, String text, Condition.Text condition, boolean settles) {

    /** How a text is looked up, the cheapest way first. */
    enum Way {
        /** The whole value, in a hash table. */
        EXACT(2),
        /** What the value starts with, in a trie. */
        PREFIX(4),
        /** The same without regard to case. */
        PREFIX_IGNORING_CASE(5),
        /** What the value contains, by an automaton that reads all of it. */
        CONTAINS(12);

        /** What a look-up costs, in checks of a single condition. */
        private final int cost;

        Way(int cost) {
            this.cost = cost;
        }

        int cost() {
            return cost;
        }
    }

    /**
     * A look-up that one request needs at most once.
     *
     * @param attribute the attribute whose value it takes
     * @param way how
     */
    record Probe(Attribute attribute, Way way) {}

    /** Returns every key of a condition, none if it can only be checked. */
    static List<AccessKey> of(Condition condition) {
        if (!(condition instanceof Condition.Text text) || text.unwanted()) {
            return List.of();
        }
        TextTest test = text.test();
        return switch (test.kind()) {
            case EXACT -> List.of(key(text, Way.EXACT, test.value(), true));
            case PREFIX -> List.of(key(text, Way.PREFIX, test.value(), true));
            case EXACT_IGNORING_CASE ->
                    List.of(
                            key(
                                    text,
                                    Way.PREFIX_IGNORING_CASE,
                                    AsciiCase.lower(test.value()),
                                    false));
            case PREFIX_IGNORING_CASE ->
                    List.of(
                            key(
                                    text,
                                    Way.PREFIX_IGNORING_CASE,
                                    AsciiCase.lower(test.value()),
                                    true));
            case PRESENT -> List.of();
            case PIECES, REGEX -> ofRegex(text, test.shape());
        };
    }

    private static List<AccessKey> ofRegex(Condition.Text condition, RegexShape shape) {
        List<AccessKey> keys = new ArrayList<>();
        if (!shape.prefix().isEmpty()) {
            keys.add(key(condition, Way.PREFIX, shape.prefix(), false));
        }
        for (String literal : shape.literals()) {
            keys.add(key(condition, Way.CONTAINS, literal, false));
        }
        return keys;
    }

    private static AccessKey key(Condition.Text condition, Way way, String text, boolean settles) {
        return new AccessKey(new Probe(condition.attribute(), way), text, condition, settles);
    }
}
