package io.opensergo.conformance.cases;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response that rules give.
 *
 * @param status the HTTP status
 * @param body the text of the body, or {@code null} if it has none
 * @param headers the headers that the rules give, by their names as written there
 */
public record HttpResponse(int status, @Nullable String body, Map<String, String> headers) {

    /** Copies the headers. */
    public HttpResponse {
        headers = Map.copyOf(headers);
    }
}
