package io.opensergo.controlplane;

import java.util.HashMap;
import java.util.Map;

/**
 * How much memory reports of decisions may take, in all and of a client, so that one who says much
 * leaves room for others. Guarded by the lock of {@link Decisions}.
 */
final class DecisionBudget {

    private final long most;
    private final long mostOfClient;
    private final Map<String, Long> ofClients = new HashMap<>();
    private long taken;

    /**
     * @param most how many bytes all may take; a client may take three quarters of them
     */
    DecisionBudget(long most) {
        this.most = most;
        this.mostOfClient = most / 4 * 3;
    }

    /** Takes memory for a client, and returns whether there is any. */
    boolean take(String client, long bytes) {
        if (taken + bytes > most || ofClients.getOrDefault(client, 0L) + bytes > mostOfClient) {
            return false;
        }
        taken += bytes;
        ofClients.merge(client, bytes, Long::sum);
        return true;
    }

    void release(String client, long bytes) {
        taken -= bytes;
        ofClients.computeIfPresent(client, (c, all) -> all <= bytes ? null : all - bytes);
    }

    long taken() {
        return taken;
    }
}
