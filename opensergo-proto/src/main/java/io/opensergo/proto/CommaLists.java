package io.opensergo.proto;

import java.util.ArrayList;
import java.util.List;

/** Lists that travel as one text, separated by commas. */
final class CommaLists {

    private CommaLists() {}

    static String join(List<String> elements) {
        return String.join(",", elements);
    }

    /** Returns the elements without blanks around them; empty ones are none. */
    static List<String> split(String text) {
        List<String> elements = new ArrayList<>();
        for (String element : text.split(",", -1)) {
            if (!element.isBlank()) {
                elements.add(element.strip());
            }
        }
        return elements;
    }
}
