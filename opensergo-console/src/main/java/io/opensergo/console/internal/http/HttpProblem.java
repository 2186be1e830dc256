package io.opensergo.console.internal.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request that is not served, told to the caller as problem details of RFC 9457. Its message is
 * made for the caller: it says what was expected, and nothing of the server.
 */
public final class HttpProblem extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final transient Map<String, Object> members = new LinkedHashMap<>();
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    /**
     * @param status the status code
     * @param code what tells this sort of problem apart, such as {@code not-found}
     * @param detail what is wrong and what was expected
     */
    public HttpProblem(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** Returns that the request is not as it should be. */
    public static HttpProblem badRequest(String detail) {
        return new HttpProblem(400, "bad-request", detail);
    }

    /** Returns that there is nothing of that name, or nothing that the caller may see. */
    public static HttpProblem notFound(String detail) {
        return new HttpProblem(404, "not-found", detail);
    }

    /** Adds a member beside those of RFC 9457. */
    public HttpProblem with(String member, Object value) {
        members.put(member, value);
        return this;
    }

    /** Adds a header to the answer. */
    public HttpProblem header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Returns the status code. */
    public int status() {
        return status;
    }

    /** Returns what tells this sort of problem apart. */
    public String code() {
        return code;
    }

    /** Returns the answer that tells of it. */
    public Answer answer() {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "urn:opensergo:problem:" + code);
        body.put("title", title());
        body.put("status", status);
        body.put("detail", String.valueOf(getMessage()));
        body.putAll(members);
        return new Answer(
                status, "application/problem+json", Json.write(body), Map.copyOf(headers));
    }

    private String title() {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 428 -> "Precondition Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 503 -> "Service Unavailable";
            case 507 -> "Insufficient Storage";
            default -> status < 500 ? "Bad Request" : "Internal Server Error";
        };
    }
}
