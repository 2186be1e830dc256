package io.opensergo.spring.cloud;

import feign.Response;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.spring.internal.GovernedBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** The body of a response of Feign, which ends its call when it has been read, or is closed. */
final class GovernedFeignBody implements Response.Body {

    private final Response.Body body;
    private final Permit permit;
    private final Outcome outcome;

    GovernedFeignBody(Response.Body body, Permit permit, Outcome outcome) {
        this.body = body;
        this.permit = permit;
        this.outcome = outcome;
    }

    @Override
    public @Nullable Integer length() {
        return body.length();
    }

    @Override
    public boolean isRepeatable() {
        return body.isRepeatable();
    }

    @Override
    public InputStream asInputStream() throws IOException {
        return new GovernedBody(body.asInputStream(), permit, outcome);
    }

    @Override
    public Reader asReader(Charset charset) throws IOException {
        return new InputStreamReader(asInputStream(), charset);
    }

    @Override
    public void close() throws IOException {
        try {
            body.close();
        } finally {
            permit.release(outcome);
        }
    }
}
