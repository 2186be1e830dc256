package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the fields of a document stand in the text.
 *
 * <p>Found in a second pass over the tokens, made only for documents in which something is wrong.
 */
final class Places {

    private final Map<String, Place> values = new HashMap<>();
    private final JsonParser parser;
    private final int lineOffset;

    private Places(JsonParser parser, int lineOffset) {
        this.parser = parser;
        this.lineOffset = lineOffset;
    }

    /**
     * Finds the places of some documents.
     *
     * @param parser over the text, before its first token
     * @param firstNumber the number of the first document of the text
     * @param lineOffset the lines of the source before the text
     * @param wanted numbers of documents
     */
    static Map<Integer, Places> find(
            JsonParser parser, int firstNumber, int lineOffset, Set<Integer> wanted)
            throws IOException {
        Map<Integer, Places> found = new HashMap<>();
        int number = firstNumber;
        while (found.size() < wanted.size() && parser.nextToken() != null) {
            if (wanted.contains(number)) {
                var places = new Places(parser, lineOffset);
                places.value("", null);
                found.put(number, places);
            } else {
                parser.skipChildren();
            }
            number++;
        }
        return found;
    }

    /** Returns the place of a field, or of the closest object around it that is there. */
    @Nullable Place of(String path) {
        for (String around = path; ; around = around.substring(0, parentEnd(around))) {
            Place place = values.get(around);
            if (place != null || around.isEmpty()) {
                return place;
            }
        }
    }

    private static int parentEnd(String path) {
        return Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')));
    }

    private void value(String path, @Nullable Place name) throws IOException {
        JsonToken token = parser.currentToken();
        Place here = here();
        values.put(path, token.isStructStart() && name != null ? name : here);
        if (token == JsonToken.START_OBJECT) {
            for (String field = parser.nextFieldName();
                    field != null;
                    field = parser.nextFieldName()) {
                String child = path.isEmpty() ? field : path + "." + field;
                Place fieldPlace = here();
                parser.nextToken();
                value(child, fieldPlace);
            }
        } else if (token == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                value(path + "[" + i + "]", null);
            }
        }
    }

    private Place here() {
        JsonLocation location = parser.currentTokenLocation();
        return new Place(location.getLineNr() + lineOffset, location.getColumnNr());
    }
}
