package io.opensergo.conformance;

import java.time.Duration;

/**
 * A decision that is not the one a case expects.
 *
 * @param line the line of the step in the case file
 * @param at the time since the beginning of the case
 * @param request which of the step's requests it was, from 1
 * @param expected what the case expects
 * @param actual what was decided
 */
public record Mismatch(int line, Duration at, int request, String expected, String actual) {

    /** Returns one line for people. */
    @Override
    public String toString() {
        return "line %d, at %dms, request %d: expected %s, was %s"
                .formatted(line, at.toMillis(), request, expected, actual);
    }
}
