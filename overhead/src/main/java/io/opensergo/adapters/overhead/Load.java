package io.opensergo.adapters.overhead;

import java.io.IOException;
import java.time.Duration;

/** A framework under as much load as it bears, in this process. */
interface Load extends AutoCloseable {

    /** Makes requests for a while, as many as go, and returns how many succeeded. */
    long run(Duration time) throws Exception;

    @Override
    void close() throws IOException;
}
