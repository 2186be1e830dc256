package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The open streams, and which of them follow which key.
 *
 * <p>Streams are told apart as objects and never by the client's identifier, which may repeat: two
 * processes that bear the same one are both served.
 *
 * <p>A stream that was ended counts until its client has taken what it was sent, or the transport
 * has thrown it away.
 */
final class Subscribers {

    /** A stream that has had something unread for so long may be cut if too much is, in all. */
    private static final Duration TAKES_NOTHING = Duration.ofSeconds(1);

    private final ServerLimits limits;
    private final Set<Subscriber> open = ConcurrentHashMap.newKeySet();
    private final Map<WireKey, Set<Subscriber>> byKey = new ConcurrentHashMap<>();
    private final Object counting = new Object();
    private final Map<String, Integer> perClient = new HashMap<>(); // guarded by counting
    private int total; // guarded by counting

    Subscribers(ServerLimits limits) {
        this.limits = limits;
    }

    /** Lets a stream in, or says why not. */
    @Nullable String admit(Subscriber subscriber) {
        String client = subscriber.caller().countedAs();
        synchronized (counting) {
            if (total >= limits.maxStreams()) {
                return "the control plane serves " + limits.maxStreams() + " streams, its limit";
            }
            if (perClient.getOrDefault(client, 0) >= limits.maxStreamsPerClient()) {
                return "the control plane serves "
                        + limits.maxStreamsPerClient()
                        + " streams of this client, its limit for one";
            }
            total++;
            perClient.merge(client, 1, Integer::sum);
        }
        open.add(subscriber);
        return null;
    }

    void closed(Subscriber subscriber) {
        if (!open.remove(subscriber)) {
            return;
        }
        synchronized (counting) {
            total--;
            perClient.computeIfPresent(
                    subscriber.caller().countedAs(),
                    (client, count) -> count == 1 ? null : count - 1);
        }
    }

    void follow(WireKey key, Subscriber subscriber) {
        byKey.compute(
                key,
                (k, followers) -> {
                    Set<Subscriber> all =
                            followers == null ? ConcurrentHashMap.newKeySet() : followers;
                    all.add(subscriber);
                    return all;
                });
    }

    void unfollow(WireKey key, Subscriber subscriber) {
        byKey.computeIfPresent(
                key,
                (k, followers) -> {
                    followers.remove(subscriber);
                    return followers.isEmpty() ? null : followers;
                });
    }

    /** Tells every stream that follows one of the keys that it has a new version. */
    void changed(Collection<WireKey> keys) {
        for (WireKey key : keys) {
            for (List<Subscriber> round : inTurns(byKey.getOrDefault(key, Set.of()))) {
                round.forEach(subscriber -> subscriber.changed(key));
            }
        }
    }

    /**
     * Returns one stream of each connection, then the next of each that has more: nobody waits for
     * a peer that has opened thousands.
     */
    private static List<List<Subscriber>> inTurns(Set<Subscriber> followers) {
        Map<String, Integer> ofConnection = new HashMap<>();
        List<List<Subscriber>> rounds = new ArrayList<>(1);
        for (Subscriber subscriber : followers) {
            int round = ofConnection.merge(subscriber.caller().address(), 1, Integer::sum) - 1;
            if (round == rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).add(subscriber);
        }
        return rounds;
    }

    /** Returns how many streams follow a key. */
    int count(WireKey key) {
        return byKey.getOrDefault(key, Set.of()).size();
    }

    /** Ends every stream in good order, as soon as what is due has been sent to it. */
    void drain() {
        open.forEach(Subscriber::drain);
    }

    /** Has every stream judged by grants that have changed. */
    void judgeAgain() {
        open.forEach(Subscriber::judgeAgain);
    }

    /**
     * Cuts the streams whose clients have not read for too long, forgets those that ended, and
     * looks what others have taken.
     */
    void sweep(long nowNanos) {
        int cut = 0;
        for (Subscriber subscriber : open) {
            subscriber.forgetIfOver();
            subscriber.settleIfTaken(nowNanos);
            if (cut < ServerLimits.RESETS_AT_ONCE && subscriber.cutIfStuck(nowNanos)) {
                cut++;
            }
        }
    }

    /**
     * Cuts streams that have not taken all that they were sent for a while, those that hold most
     * first, until nothing is in excess: of what all hold, and of what each client does.
     */
    void cutWorst(UnreadBytes unread, long nowNanos) {
        unread.excessOfClients()
                .forEach(
                        (client, excess) -> cutWorst(each -> isOf(client, each), excess, nowNanos));
        long excess = unread.excess();
        if (excess > 0) {
            cutWorst(each -> true, excess, nowNanos);
        }
    }

    private static boolean isOf(String client, Subscriber subscriber) {
        return subscriber.caller().countedAs().equals(client);
    }

    private void cutWorst(Predicate<Subscriber> which, long excess, long nowNanos) {
        record Stuck(Subscriber subscriber, long unread) {}
        List<Stuck> worstFirst =
                open.stream()
                        .filter(which)
                        .map(each -> new Stuck(each, each.unreadFor(TAKES_NOTHING, nowNanos)))
                        .filter(each -> each.unread() > 0)
                        .sorted(Comparator.comparingLong(Stuck::unread).reversed())
                        .limit(ServerLimits.RESETS_AT_ONCE)
                        .toList();
        long left = excess;
        for (Stuck each : worstFirst) {
            if (left <= 0) {
                return;
            }
            each.subscriber().cutForOthers(TAKES_NOTHING, nowNanos);
            left -= each.unread();
        }
    }

    List<SubscriberStatus> status() {
        return open.stream()
                .filter(Subscriber::isServed)
                .map(Subscriber::status)
                .sorted(Comparator.comparing(SubscriberStatus::connectedSince))
                .toList();
    }
}
