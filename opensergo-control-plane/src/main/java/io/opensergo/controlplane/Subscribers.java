package io.opensergo.controlplane;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open streams, and which of them follow which key.
 *
 * <p>Streams are told apart as objects and never by the client's identifier, which may repeat: two
 * processes that bear the same one are both served.
 */
final class Subscribers {

    private final Set<Subscriber> open = ConcurrentHashMap.newKeySet();
    private final Map<RuleKey, Set<Subscriber>> byKey = new ConcurrentHashMap<>();

    void opened(Subscriber subscriber) {
        open.add(subscriber);
    }

    void closed(Subscriber subscriber) {
        open.remove(subscriber);
    }

    void follow(RuleKey key, Subscriber subscriber) {
        byKey.compute(
                key,
                (k, followers) -> {
                    Set<Subscriber> all =
                            followers == null ? ConcurrentHashMap.newKeySet() : followers;
                    all.add(subscriber);
                    return all;
                });
    }

    void unfollow(RuleKey key, Subscriber subscriber) {
        byKey.computeIfPresent(
                key,
                (k, followers) -> {
                    followers.remove(subscriber);
                    return followers.isEmpty() ? null : followers;
                });
    }

    /** Tells every stream that follows one of the keys that it has a new version. */
    void changed(Collection<RuleKey> keys) {
        for (RuleKey key : keys) {
            for (Subscriber subscriber : byKey.getOrDefault(key, Set.of())) {
                subscriber.changed(key);
            }
        }
    }

    /** Ends every stream in good order. */
    void complete() {
        open.forEach(Subscriber::complete);
    }

    List<SubscriberStatus> status() {
        return open.stream()
                .map(Subscriber::status)
                .sorted(Comparator.comparing(SubscriberStatus::connectedSince))
                .toList();
    }
}
