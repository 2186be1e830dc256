package io.opensergo.controlplane;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many bytes the transport holds for clients that have not taken them, in all.
 *
 * <p>Beyond the limit a large message waits until others have been taken. A small one, which most
 * are, goes out up to twice the limit, so that nobody keeps an update from the others by leaving
 * large ones unread.
 *
 * <p><b>Shares.</b> A client may hold as much as it leaves free (dynamic thresholds, as in shared
 * buffers of switches): one that takes nothing gets half of the limit, two get two thirds, and for
 * another client there is a place at once. While somebody waits, clients that take nothing are in
 * its way: what it lacks is to be freed.
 *
 * <p>For any number of threads.
 */
final class UnreadBytes {

    private static final int SMALL = 64 * 1024;

    /** Who waits to be told that there may be a place. */
    private static final class Waiter {

        private final long bytes;
        private boolean told;

        Waiter(long bytes) {
            this.bytes = bytes;
        }
    }

    /** What one client holds, and which of its streams wait, in their order. */
    private static final class Client {

        private final Map<Runnable, Waiter> waiting = new LinkedHashMap<>();
        private long held;

        boolean isIdle() {
            return held == 0 && waiting.isEmpty();
        }
    }

    private final long limit;
    private final Map<String, Client> clients = new HashMap<>();
    private long total;

    UnreadBytes(long limit) {
        this.limit = limit;
    }

    /**
     * Takes a place for a message, or has a task run when there may be one.
     *
     * @param later waits once, however often it is given
     * @return whether the message may be handed to the transport
     */
    synchronized boolean acquire(String name, long bytes, Runnable later) {
        Client client = clients.computeIfAbsent(name, key -> new Client());
        client.waiting.remove(later); // it may have waited for another message
        if (lack(client, bytes) > 0) {
            client.waiting.put(later, new Waiter(bytes));
            return false;
        }
        total += bytes;
        client.held += bytes;
        return true;
    }

    /** Returns how much would have to be given back first; 0 or less if there is a place. */
    private long lack(Client client, long bytes) {
        return lack(client, 0, bytes);
    }

    /**
     * @param promised what others of the client are to take before
     */
    private long lack(Client client, long promised, long bytes) {
        return total + promised == 0 ? 0 : lackOfAll(bytes) + client.held + 2 * promised;
    }

    private long lackOfAll(long bytes) {
        return total + bytes - (bytes <= SMALL ? 2 * limit : limit);
    }

    /** Gives back what has been taken by a client, or thrown away. */
    void release(String name, long bytes) {
        if (bytes > 0) {
            tell(released(name, bytes));
        }
    }

    private synchronized List<Runnable> released(String name, long bytes) {
        Client client = clients.get(name);
        if (client == null || client.held < bytes) {
            throw new IllegalStateException(name + " does not hold " + bytes + " bytes");
        }
        total -= bytes;
        client.held -= bytes;
        forgetIfIdle(name, client);
        return toBeTold();
    }

    /** A task that is not to be run any more. */
    void forget(String name, Runnable later) {
        tell(forgotten(name, later));
    }

    private synchronized List<Runnable> forgotten(String name, Runnable later) {
        Client client = clients.get(name);
        if (client == null || client.waiting.remove(later) == null) {
            return List.of();
        }
        forgetIfIdle(name, client);
        return toBeTold(); // the place that it was told of, if it was, is another's
    }

    private void forgetIfIdle(String name, Client client) {
        if (client.isIdle()) {
            clients.remove(name);
        }
    }

    /**
     * Returns those who find a place if all who were told take theirs: of each client the first
     * ones. Whoever is told stays in line until it has taken a place or waits anew, so none is
     * forgotten when another does not want its own any more.
     */
    private List<Runnable> toBeTold() {
        List<Runnable> told = new ArrayList<>(0);
        for (Client client : clients.values()) {
            long promised = 0;
            for (var entry : client.waiting.entrySet()) {
                Waiter waiter = entry.getValue();
                if (!waiter.told && lack(client, promised, waiter.bytes) > 0) {
                    break;
                }
                promised += waiter.bytes;
                if (!waiter.told) {
                    waiter.told = true;
                    told.add(entry.getKey());
                }
            }
        }
        return told;
    }

    private static void tell(List<Runnable> told) {
        told.forEach(Runnable::run);
    }

    /**
     * Returns how much would have to be taken: beyond the limit, for there to be a quarter of it
     * left; and for the largest message that waits to find its place. 0 if nothing has to.
     */
    synchronized long excess() {
        long excess = total > limit ? total - limit * 3 / 4 : 0;
        for (Client client : clients.values()) {
            for (Waiter waiter : client.waiting.values()) {
                excess = Math.max(excess, lackOfAll(Math.min(waiter.bytes, limit)));
            }
        }
        return excess;
    }

    /** Returns how much each client that waits for its own share would have to take of it. */
    synchronized Map<String, Long> excessOfClients() {
        Map<String, Long> excess = new HashMap<>(0);
        clients.forEach(
                (name, client) -> {
                    for (Waiter waiter : client.waiting.values()) {
                        long lack = lack(client, Math.min(waiter.bytes, limit));
                        if (client.held > 0 && lack > 0) {
                            excess.merge(name, (lack + 1) / 2, Math::max);
                        }
                    }
                });
        return excess;
    }
}
