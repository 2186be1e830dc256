package io.opensergo.spring;

import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.spring.internal.GovernedBody;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response that ends its call when its body has been read to the end, or is closed. */
final class GovernedResponse implements ClientHttpResponse {

    private final ClientHttpResponse response;
    private final Permit permit;
    private final Outcome outcome;

    GovernedResponse(ClientHttpResponse response, Permit permit, Outcome outcome) {
        this.response = response;
        this.permit = permit;
        this.outcome = outcome;
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
        return response.getHeaders();
    }

    @Override
    public InputStream getBody() throws IOException {
        return new GovernedBody(response.getBody(), permit, outcome);
    }

    @Override
    public void close() {
        try {
            response.close();
        } finally {
            permit.release(outcome);
        }
    }
}
