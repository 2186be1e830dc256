package io.opensergo.spring;

import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import java.io.FilterInputStream;
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
        return new Body(response.getBody());
    }

    @Override
    public void close() {
        try {
            response.close();
        } finally {
            permit.release(outcome);
        }
    }

    private final class Body extends FilterInputStream {

        Body(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return heard(in.read());
            } catch (IOException e) {
                throw failed(e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return heard(in.read(bytes, offset, length));
            } catch (IOException e) {
                throw failed(e);
            }
        }

        private int heard(int read) {
            if (read < 0) {
                permit.release(outcome);
            }
            return read;
        }

        private IOException failed(IOException error) {
            permit.release(Outcome.of(error));
            return error;
        }
    }
}
