package io.opensergo.client;

import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be said on the stream. Confined to the event loop.
 *
 * <p>It is said no faster than the transport takes it. What waits is at most one answer and one
 * request a key, so a control plane that does not read costs no more memory: a newer answer takes
 * the place of an unsent one, as a newer push took the place of what it answered.
 */
final class Outbox {

    private final Consumer<KeySubscription<?>> onAsked;
    private final Map<KeySubscription<?>, SubscribeRequest.Builder> answers = new LinkedHashMap<>();

    /** Keys that were asked for on this stream and that nobody follows any more. */
    private final Map<WireKey, KeySubscription<?>> unsubscribes = new LinkedHashMap<>();

    private final Set<KeySubscription<?>> subscribes = new LinkedHashSet<>();

    /** What the control plane of this stream was asked for, and not to end. */
    private final Set<WireKey> followed = new HashSet<>();

    /** What a request asked for, by its id, until it is answered. */
    private final Map<String, KeySubscription<?>> asked = new HashMap<>();

    private long requests;

    /**
     * @param onAsked told each key that was asked for
     */
    Outbox(Consumer<KeySubscription<?>> onAsked) {
        this.onAsked = onAsked;
    }

    /** Asks for a key. Each has a request of its own, so that a refusal tells which it means. */
    void subscribe(KeySubscription<?> key) {
        unsubscribes.remove(key.wireKey());
        subscribes.add(key);
    }

    /** Takes back whatever waits about a key, and tells the control plane if it was asked for. */
    void unsubscribe(KeySubscription<?> key) {
        takeBack(key);
        if (followed.contains(key.wireKey())) {
            unsubscribes.put(key.wireKey(), key);
        }
    }

    /** Takes note that the control plane does not serve a key. */
    void refused(KeySubscription<?> key) {
        takeBack(key);
        followed.remove(key.wireKey());
    }

    private void takeBack(KeySubscription<?> key) {
        asked.remove(key.requestId(), key);
        subscribes.remove(key);
        answers.remove(key);
    }

    /** Answers a push for a key. */
    void answer(KeySubscription<?> key, SubscribeRequest.Builder answer) {
        answers.put(key, answer);
    }

    /** Takes note that a key was answered. */
    void answered(KeySubscription<?> key) {
        asked.remove(key.requestId(), key);
    }

    /** Returns the key that a request asked for, unless that was answered. */
    @Nullable KeySubscription<?> askedBy(String requestId) {
        return asked.get(requestId);
    }

    /** Forgets what was for the stream that is lost, and asks for all these keys on the next. */
    void startAnew(Collection<KeySubscription<?>> keys) {
        answers.clear();
        unsubscribes.clear();
        asked.clear();
        followed.clear();
        subscribes.clear();
        subscribes.addAll(keys);
    }

    /** Says what the transport takes now. */
    void flush(@Nullable RuleStream stream) {
        if (stream == null) {
            return;
        }
        boolean more = true;
        while (more && stream.isWritable()) {
            more = sendAnswer(stream) || sendUnsubscribe(stream) || sendSubscribe(stream);
        }
    }

    private boolean sendAnswer(RuleStream stream) {
        Iterator<SubscribeRequest.Builder> next = answers.values().iterator();
        if (!next.hasNext()) {
            return false;
        }
        stream.send(next.next());
        next.remove();
        return true;
    }

    private boolean sendUnsubscribe(RuleStream stream) {
        Iterator<KeySubscription<?>> next = unsubscribes.values().iterator();
        if (!next.hasNext()) {
            return false;
        }
        KeySubscription<?> key = next.next();
        next.remove();
        followed.remove(key.wireKey());
        stream.send(request(key, SubscribeOpType.UNSUBSCRIBE, nextRequestId()));
        return true;
    }

    private boolean sendSubscribe(RuleStream stream) {
        Iterator<KeySubscription<?>> next = subscribes.iterator();
        if (!next.hasNext()) {
            return false;
        }
        KeySubscription<?> key = next.next();
        next.remove();
        asked.remove(key.requestId(), key);
        String requestId = nextRequestId();
        asked.put(requestId, key);
        followed.add(key.wireKey());
        key.asked(requestId);
        stream.send(request(key, SubscribeOpType.SUBSCRIBE, requestId));
        onAsked.accept(key);
        return true;
    }

    private String nextRequestId() {
        requests++;
        return Long.toString(requests);
    }

    private static SubscribeRequest.Builder request(
            KeySubscription<?> key, SubscribeOpType type, String requestId) {
        WireKey name = key.wireKey();
        return SubscribeRequest.newBuilder()
                .setOpType(type)
                .setRequestId(requestId)
                .setTarget(
                        SubscribeRequestTarget.newBuilder()
                                .setNamespace(name.namespace())
                                .setApp(name.app())
                                .addKinds(name.kind()));
    }
}
