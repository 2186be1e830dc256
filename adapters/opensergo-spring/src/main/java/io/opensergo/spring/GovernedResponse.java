package io.opensergo.spring;

import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.spring.internal.GovernedBody;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.client.ClientHttpResponse;

/** A response that ends its call when its body has been read to the end, or is closed. */
final class GovernedResponse extends ForwardingResponse {

    private final Permit permit;
    private final Outcome outcome;

    GovernedResponse(ClientHttpResponse response, Permit permit, Outcome outcome) {
        super(response);
        this.permit = permit;
        this.outcome = outcome;
    }

    @Override
    public InputStream getBody() throws IOException {
        return new GovernedBody(super.getBody(), permit, outcome);
    }

    @Override
    public void close() {
        try {
            super.close();
        } finally {
            permit.release(outcome);
        }
    }
}
