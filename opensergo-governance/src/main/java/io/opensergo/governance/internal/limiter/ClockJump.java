package io.opensergo.governance.internal.limiter;

/**
 * Tells a clock that was set back from a thread that was held up after it had read the time.
 *
 * <p>Both bring a time that lies before one that was seen already. The thread must not undo what
 * others have done meanwhile; a clock that was set back must not block them until it is where it
 * was.
 */
final class ClockJump {

    /**
     * How far a time may lie before another and still be taken for one that was read earlier:
     * nothing holds a thread up for longer, not even a garbage collection that stops them all.
     */
    static final long LONGEST_DELAY = 10_000_000_000L;

    private ClockJump() {}
}
