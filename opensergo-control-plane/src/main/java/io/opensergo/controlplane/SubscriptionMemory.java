package io.opensergo.controlplane;

import java.util.HashMap;
import java.util.Map;

/**
 * How many bytes are kept of what clients say: the keys that they follow, the reasons of their
 * refusals, the answers to wrong requests that they have not read. There is a limit for each client
 * and one for all.
 *
 * <p>For any number of threads.
 */
final class SubscriptionMemory {

    private final long limit;
    private final long limitPerClient;
    private final Map<String, Long> perClient = new HashMap<>();
    private long total;

    SubscriptionMemory(long limit, long limitPerClient) {
        this.limit = limit;
        this.limitPerClient = limitPerClient;
    }

    /** Takes memory for a client and returns whether there was so much. */
    synchronized boolean acquire(String client, long bytes) {
        long held = perClient.getOrDefault(client, 0L);
        if (total + bytes > limit || held + bytes > limitPerClient) {
            return false;
        }
        total += bytes;
        perClient.put(client, held + bytes);
        return true;
    }

    /** Gives back what was taken for a client. */
    synchronized void release(String client, long bytes) {
        if (bytes == 0) {
            return;
        }
        total -= bytes;
        perClient.computeIfPresent(client, (c, held) -> held == bytes ? null : held - bytes);
    }
}
