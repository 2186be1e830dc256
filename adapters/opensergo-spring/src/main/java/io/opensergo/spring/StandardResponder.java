package io.opensergo.spring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.opensergo.governance.Rejection;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRequest;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * Answers as the rule says, or else with 429 and a problem.
 *
 * <p>What HTTP does not allow in a rule is left out: headers that are no headers or that frame the
 * body, a body where there can be none, and 1xx, which is no end of a request and becomes 429.
 */
enum StandardResponder implements RejectionResponder {
    INSTANCE;

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 205, 304);
    private static final Set<String> FRAMING =
            Set.of("connection", "content-length", "transfer-encoding");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public ResponseEntity<byte[]> respond(HttpRequest request, Rejection rejection) {
        ProvidedResponse provided =
                rejection.fallback() == null ? null : rejection.fallback().behaviorDesc();
        int status = provided == null ? TOO_MANY_REQUESTS : finalStatus(provided);
        var headers = new HttpHeaders();
        Duration retryAfter = rejection.retryAfter();
        if (retryAfter != null && (status == TOO_MANY_REQUESTS || status == UNAVAILABLE)) {
            headers.set(HttpHeaders.RETRY_AFTER, Long.toString(seconds(retryAfter)));
        }
        byte[] body;
        if (provided == null) {
            headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
            body = problem(request, rejection);
        } else {
            provided.responseAdditionalHeaders().forEach(header -> add(headers, header));
            body = bytes(provided.responseContentBody());
        }
        boolean withoutBody =
                WITHOUT_BODY.contains(status) || HttpMethod.HEAD.equals(request.getMethod());
        return ResponseEntity.status(status).headers(headers).body(withoutBody ? null : body);
    }

    private static int finalStatus(ProvidedResponse provided) {
        int status = provided.responseStatusCode();
        return status < 200 ? TOO_MANY_REQUESTS : status;
    }

    private static void add(HttpHeaders headers, Header header) {
        boolean isHeader =
                NAME.matcher(header.key()).matches()
                        && header.value()
                                .chars()
                                .allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7F && c < 0x100));
        if (isHeader && !FRAMING.contains(header.key().toLowerCase(Locale.ROOT))) {
            headers.add(header.key(), header.value());
        }
    }

    private static byte @Nullable [] bytes(@Nullable String body) {
        return body == null ? null : body.getBytes(StandardCharsets.UTF_8);
    }

    /** It names neither the rule nor its limit, which are nothing to a caller. */
    private static byte[] problem(HttpRequest request, Rejection rejection) {
        var bytes = new ByteArrayOutputStream(160);
        Duration retryAfter = rejection.retryAfter();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", "Too Many Requests");
            json.writeNumberField("status", TOO_MANY_REQUESTS);
            json.writeStringField(
                    "detail",
                    retryAfter == null
                            ? "The service does not take this request now."
                            : "The service does not take this request now; try again in "
                                    + seconds(retryAfter)
                                    + " s.");
            json.writeStringField("instance", request.getURI().getRawPath());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Whole seconds, and not too few of them. */
    static long seconds(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }
}
