package io.opensergo.spring.internal;

import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Answers that are given instead of a handler's, on a reactive server. */
public final class ReactiveAnswers {

    private ReactiveAnswers() {}

    /** Writes an answer. */
    public static Mono<Void> write(ServerHttpResponse response, ResponseEntity<byte[]> answer) {
        response.setStatusCode(answer.getStatusCode());
        answer.getHeaders()
                .forEach(
                        (name, values) ->
                                values.forEach(value -> response.getHeaders().add(name, value)));
        byte[] body = answer.getBody();
        if (body == null) {
            return response.setComplete();
        }
        response.getHeaders().setContentLength(body.length);
        return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }
}
