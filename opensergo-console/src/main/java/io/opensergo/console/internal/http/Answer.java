package io.opensergo.console.internal.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is answered to a request; immutable. */
public final class Answer {

    private static final String JSON = "application/json";

    private final int status;
    private final @Nullable String contentType;
    private final byte[] body;
    private final Map<String, String> headers;

    /**
     * @param status the status code
     * @param contentType the type of the body; {@code null} if there is none
     * @param body the body, which is not copied
     * @param headers further headers
     */
    Answer(int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
    }

    /** Returns an answer of 200 with a value as JSON. */
    public static Answer json(Object value) {
        return json(200, value);
    }

    /** Returns an answer with a value as JSON. */
    public static Answer json(int status, Object value) {
        return new Answer(status, JSON, Json.write(value), Map.of());
    }

    /** Returns an answer of 200 with what is JSON already. */
    public static Answer written(byte[] json) {
        return new Answer(200, JSON, json, Map.of());
    }

    /** Returns an answer without a body. */
    public static Answer empty(int status) {
        return new Answer(status, null, new byte[0], Map.of());
    }

    /** Returns this answer with a header. */
    public Answer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, body, more);
    }

    int status() {
        return status;
    }

    @Nullable String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }
}
