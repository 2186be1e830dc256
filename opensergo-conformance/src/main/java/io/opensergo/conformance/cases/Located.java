package io.opensergo.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A value of a case file, and the field it is the value of.
 *
 * @param node the value
 * @param path the field
 * @param faults where problems are reported
 */
record Located(Node node, String path, CaseFaults faults) {

    /** Returns a problem with this value, to be thrown where reading cannot go on without it. */
    Unreadable unreadable(String message) {
        faults.add(node.getStartMark(), path, message);
        return new Unreadable();
    }

    /** Returns the line of the value, from 1. */
    int line() {
        return node.getStartMark().getLine() + 1;
    }

    boolean isText() {
        return node instanceof ScalarNode;
    }

    /** Returns the value as the text of a scalar, whatever YAML takes it for. */
    String text() {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw unreadable("must be a text, was " + describe());
    }

    Fields fields() {
        if (node instanceof MappingNode mapping) {
            return Fields.of(mapping, path, faults);
        }
        throw unreadable("must be an object, was " + describe());
    }

    List<Located> items() {
        if (!(node instanceof SequenceNode sequence)) {
            throw unreadable("must be a list, was " + describe());
        }
        List<Located> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            items.add(new Located(item, path + "[" + items.size() + "]", faults));
        }
        return items;
    }

    /** Returns what the value is, for a message. */
    String describe() {
        if (node instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) ? "nothing" : '"' + scalar.getValue() + '"';
        }
        return node instanceof MappingNode ? "an object" : "a list";
    }

    /** Signals that a value could not be read; its problem has been reported. */
    static final class Unreadable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unreadable() {
            super(null, null, false, false);
        }
    }
}
