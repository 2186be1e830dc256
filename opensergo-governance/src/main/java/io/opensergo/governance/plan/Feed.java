package io.opensergo.governance.plan;

/** Where the rules of a governor come from, followed until it is closed. */
public interface Feed extends AutoCloseable {

    /** Returns what to call it in logs and errors, such as {@code directory rules}. */
    String name();

    /** Stops following. Closing again does nothing. */
    @Override
    void close();
}
