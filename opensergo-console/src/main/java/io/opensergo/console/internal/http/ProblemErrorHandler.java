package io.opensergo.console.internal.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the server's place what does not come to a handler, such as a request that is no HTTP:
 * by its status alone, since the server's reasons repeat the request and name classes.
 */
final class ProblemErrorHandler extends ErrorHandler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        Answer answer = problem(status < 400 ? 500 : status).answer();
        response.setStatus(answer.status());
        SecurityHeaders.put(response.getHeaders());
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
        return true;
    }

    @Override
    public boolean errorPageForMethod(@Nullable String method) {
        return true;
    }

    private static HttpProblem problem(int status) {
        return switch (status) {
            case 414, 431 ->
                    new HttpProblem(status, "too-large", "the head of the request is too large");
            case 400 ->
                    HttpProblem.badRequest(
                            "the request is no HTTP/1.1 request, or its path is ambiguous");
            case 408 -> new HttpProblem(status, "too-slow", "the request did not come in time");
            default -> new HttpProblem(status, "not-served", "the request could not be served");
        };
    }
}
