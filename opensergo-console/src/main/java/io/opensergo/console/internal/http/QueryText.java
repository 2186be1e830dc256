package io.opensergo.console.internal.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a query strictly: what could be understood in two ways is refused. */
final class QueryText {

    private QueryText() {}

    /**
     * @throws HttpProblem 400 if a parameter is there twice, or is wrongly encoded
     */
    static Map<String, String> parse(@Nullable String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (text == null || text.isEmpty()) {
            return parameters;
        }
        for (String part : text.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = decode(equals < 0 ? part : part.substring(0, equals));
            String value = equals < 0 ? "" : decode(part.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw HttpProblem.badRequest("the parameter '" + name + "' is there twice");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
                if (low < 0) {
                    throw wronglyEncoded();
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c == '+') {
                bytes.write(' ');
            } else if (c > ' ' && c < 0x7F) {
                bytes.write(c);
            } else {
                throw wronglyEncoded();
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wronglyEncoded();
        }
    }

    private static HttpProblem wronglyEncoded() {
        return HttpProblem.badRequest(
                "the query must be in percent-encoded UTF-8, such as name=a%20b");
    }
}
