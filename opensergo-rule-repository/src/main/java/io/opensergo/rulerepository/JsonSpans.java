package io.opensergo.rulerepository;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Finds the values of a JSON text, up to a syntax error. */
final class JsonSpans {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonSpans() {}

    static List<DocumentSpan> of(String text) {
        int offset = text.startsWith("\uFEFF") ? 1 : 0;
        List<DocumentSpan> spans = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(new StringReader(text.substring(offset)))) {
            while (parser.nextToken() != null) {
                int line = parser.currentTokenLocation().getLineNr();
                int from = offset + (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                parser.finishToken();
                int to = offset + (int) parser.currentLocation().getCharOffset();
                int next = behindSpace(text, to);
                spans.add(new DocumentSpan(from, to, line, from, next, false, false));
            }
        } catch (JsonProcessingException e) {
            return spans; // whoever reads the text reports it
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return spans;
    }

    private static int behindSpace(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
