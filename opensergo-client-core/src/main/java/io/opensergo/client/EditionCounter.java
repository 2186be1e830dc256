package io.opensergo.client;

/** Counts the editions of a client. Confined to the event loop. */
final class EditionCounter {

    private long last;

    long next() {
        last++;
        return last;
    }
}
