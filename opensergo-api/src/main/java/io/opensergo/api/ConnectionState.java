package io.opensergo.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a client and its control plane stand.
 *
 * @param phase the phase
 * @param endpoint the endpoint in use or last tried, as configured
 * @param since when the phase began
 * @param cause why, in {@link Phase#RECOVERING} and {@link Phase#REFUSED}; {@code null} otherwise
 */
public record ConnectionState(
        Phase phase, String endpoint, Instant since, @Nullable Throwable cause) {

    /** The phases of a connection. In each of them the last known rules stay in force. */
    public enum Phase {
        /** The first connection is being made. */
        CONNECTING,
        /** Connected. */
        READY,
        /** The connection failed or was lost; it is being made again, with a growing delay. */
        RECOVERING,
        /**
         * As {@link #RECOVERING}, but a server answered and refused: it wants mending at one of the
         * ends.
         */
        REFUSED,
        /** The client was closed; the last phase. */
        CLOSED
    }

    /** Returns for example {@code READY localhost:10246}, with the cause if there is one. */
    @Override
    public String toString() {
        return phase + " " + endpoint + (cause == null ? "" : ": " + cause.getMessage());
    }
}
