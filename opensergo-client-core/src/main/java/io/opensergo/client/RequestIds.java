package io.opensergo.client;

/** Numbers the requests of a client, over all of its streams. Confined to the event loop. */
final class RequestIds {

    private long last;

    String next() {
        last++;
        return Long.toString(last);
    }
}
