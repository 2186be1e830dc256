package io.opensergo.spring;

import io.opensergo.spring.internal.RoutedCall.Deadline;
import io.opensergo.spring.internal.TimedBody;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response whose headers a rule changes, and whose body is read within the route's time. */
final class ReceivedResponse implements ClientHttpResponse {

    private final ClientHttpResponse response;
    private final HttpHeaders headers;
    private final Deadline deadline;

    ReceivedResponse(ClientHttpResponse response, HttpHeaders headers, Deadline deadline) {
        this.response = response;
        this.headers = headers;
        this.deadline = deadline;
    }

    @Override
    public HttpStatusCode getStatusCode() throws IOException {
        return response.getStatusCode();
    }

    @Override
    public String getStatusText() throws IOException {
        return response.getStatusText();
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public InputStream getBody() throws IOException {
        return TimedBody.of(response.getBody(), deadline);
    }

    @Override
    public void close() {
        response.close();
    }
}
