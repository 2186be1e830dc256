package io.opensergo.spring;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.ResponseEntity;

/** Answers that are given instead of a handler's, by a servlet. */
final class ServletAnswers {

    private ServletAnswers() {}

    /** Writes an answer. */
    static void write(HttpServletResponse response, ResponseEntity<byte[]> answer)
            throws IOException {
        response.setStatus(answer.getStatusCode().value());
        answer.getHeaders()
                .forEach(
                        (name, values) -> values.forEach(value -> response.addHeader(name, value)));
        byte[] body = answer.getBody();
        if (body != null) {
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
        response.flushBuffer();
    }
}
