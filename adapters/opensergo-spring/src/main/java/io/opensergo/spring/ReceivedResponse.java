package io.opensergo.spring;

import io.opensergo.spring.internal.RoutedCall.Deadline;
import io.opensergo.spring.internal.TimedBody;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.ClientHttpResponse;

/** A response whose headers a rule changes, and whose body is read within the route's time. */
final class ReceivedResponse extends ForwardingResponse {

    private final HttpHeaders headers;
    private final Deadline deadline;

    ReceivedResponse(ClientHttpResponse response, HttpHeaders headers, Deadline deadline) {
        super(response);
        this.headers = headers;
        this.deadline = deadline;
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public InputStream getBody() throws IOException {
        return TimedBody.of(super.getBody(), deadline);
    }
}
