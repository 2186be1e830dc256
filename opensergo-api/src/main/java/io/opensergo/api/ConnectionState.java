package io.opensergo.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a client and its control plane stand.
 *
 * @param phase the phase
 * @param endpoint the endpoint in use or last tried, as configured
 * @param since when the phase began
 * @param cause why, in {@link Phase#STALE}, {@link Phase#RECOVERING} and {@link Phase#REFUSED};
 *     {@code null} otherwise
 */
public record ConnectionState(
        Phase phase, String endpoint, Instant since, @Nullable Throwable cause) {

    /** The phases of a connection. In each of them the last known rules stay in force. */
    public enum Phase {
        /** The first connection is being made. */
        CONNECTING,
        /** Connected, and every rule in force is what this connection delivered. */
        READY,
        /**
         * Connected, but some of the rules in force are from before: from an earlier connection or
         * from the disk. {@link #READY} follows when the control plane has sent them again. A
         * control plane that says nothing about keys without rules leaves a client here if rules
         * were deleted while it was away, since its silence may mean either.
         */
        STALE,
        /** The connection failed or was lost; it is being made again, with a growing delay. */
        RECOVERING,
        /**
         * As {@link #RECOVERING}, but a server answered and refused: it wants mending at one of the
         * ends.
         */
        REFUSED,
        /** The client was closed; the last phase. */
        CLOSED;

        /** Returns whether there is a connection: {@link #READY} or {@link #STALE}. */
        public boolean isConnected() {
            return this == READY || this == STALE;
        }
    }

    /** Returns for example {@code READY localhost:10246}, with the cause if there is one. */
    @Override
    public String toString() {
        return phase + " " + endpoint + (cause == null ? "" : ": " + cause.getMessage());
    }
}
