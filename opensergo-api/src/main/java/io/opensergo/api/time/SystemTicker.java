package io.opensergo.api.time;

/** The clock of the system; a class of its own, so that a call to it is inlined. */
final class SystemTicker implements Ticker {

    static final SystemTicker INSTANCE = new SystemTicker();

    private SystemTicker() {}

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public String toString() {
        return "system";
    }
}
