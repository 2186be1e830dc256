package io.opensergo.spring.internal;

import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a response, which ends its call when it has been read to the end, or is closed. */
public final class GovernedBody extends FilterInputStream {

    private final Permit permit;
    private final Outcome outcome;

    /**
     * Makes the body of a call.
     *
     * @param outcome how the call ended, unless reading fails
     */
    public GovernedBody(InputStream in, Permit permit, Outcome outcome) {
        super(in);
        this.permit = permit;
        this.outcome = outcome;
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

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            permit.release(outcome);
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
