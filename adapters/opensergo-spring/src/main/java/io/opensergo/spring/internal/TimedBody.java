package io.opensergo.spring.internal;

import io.opensergo.spring.internal.RoutedCall.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body that cannot be read any more when the time of its call is over. A read that has begun is
 * not ended by it: that is what the client's own read time-out is for.
 */
public final class TimedBody extends FilterInputStream {

    private final Deadline deadline;

    private TimedBody(InputStream in, Deadline deadline) {
        super(in);
        this.deadline = deadline;
    }

    /** Returns a body with a deadline; the same if there is no limit. */
    public static InputStream of(InputStream in, Deadline deadline) {
        return deadline.limit() == null ? in : new TimedBody(in, deadline);
    }

    @Override
    public int read() throws IOException {
        deadline.check();
        return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        deadline.check();
        return in.read(bytes, offset, length);
    }
}
