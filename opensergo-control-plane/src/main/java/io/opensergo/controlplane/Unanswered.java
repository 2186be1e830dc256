package io.opensergo.controlplane;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pushes of one stream that its client has not answered yet, by response id.
 *
 * <p>A client that never answers costs a bounded amount of memory: the oldest pushes beyond a few
 * per key are forgotten, and a late answer to one of them is ignored.
 *
 * <p>Confined to the lock of its {@link Subscriber}.
 */
final class Unanswered {

    private static final int ALWAYS_KEPT = 64;
    private static final int KEPT_PER_KEY = 2;

    private final Map<String, Push> pushes = new LinkedHashMap<>(2);

    void add(String responseId, Push push, int keys) {
        pushes.put(responseId, push);
        if (pushes.size() > ALWAYS_KEPT + KEPT_PER_KEY * keys) {
            Iterator<Push> oldest = pushes.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Forgets the pushes of a key that is not followed any more, and so the key. */
    void drop(Subscription subscription) {
        pushes.values().removeIf(push -> push.subscription().equals(subscription));
    }

    void clear() {
        pushes.clear();
    }

    /**
     * Removes and returns the push that an answer is about.
     *
     * @param requestId the response id of the push; the public Java client leaves it empty when it
     *     refuses one, and then it can only mean the one push that is unanswered, if it is one
     * @return {@code null} if it cannot be told
     */
    @Nullable Push answered(String requestId) {
        if (!requestId.isEmpty()) {
            return pushes.remove(requestId);
        }
        if (pushes.size() != 1) {
            return null;
        }
        Push only = pushes.values().iterator().next();
        pushes.clear();
        return only;
    }
}
