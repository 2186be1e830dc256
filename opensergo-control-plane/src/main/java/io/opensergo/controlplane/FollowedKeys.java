package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The keys that one stream follows, by application. Confined to the lock of its subscriber. */
final class FollowedKeys {

    private record App(String namespace, String name) {

        static App of(WireKey key) {
            return new App(key.namespace(), key.app());
        }
    }

    private final Map<App, Map<String, Subscription>> byApp = new LinkedHashMap<>(2);
    private int size;

    int size() {
        return size;
    }

    @Nullable Subscription find(WireKey key) {
        return ofApp(key).get(key.kind());
    }

    /** Follows a key that was not followed. */
    void add(Subscription subscription) {
        WireKey key = subscription.key();
        byApp.computeIfAbsent(App.of(key), app -> new LinkedHashMap<>(2))
                .put(key.kind(), subscription);
        size++;
    }

    @Nullable Subscription remove(WireKey key) {
        Map<String, Subscription> ofApp = ofApp(key);
        Subscription removed = ofApp.isEmpty() ? null : ofApp.remove(key.kind());
        if (removed != null) {
            size--;
            if (ofApp.isEmpty()) {
                byApp.remove(App.of(key));
            }
        }
        return removed;
    }

    /** Returns the subscriptions of the application that a key is of. */
    List<Subscription> besides(WireKey key) {
        return List.copyOf(ofApp(key).values());
    }

    private Map<String, Subscription> ofApp(WireKey key) {
        return byApp.getOrDefault(App.of(key), Map.of());
    }

    List<WireKey> keys() {
        return all().map(Subscription::key).toList();
    }

    Stream<Subscription> all() {
        return byApp.values().stream().map(Map::values).flatMap(Collection::stream);
    }

    void clear() {
        byApp.clear();
        size = 0;
    }
}
