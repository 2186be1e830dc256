package io.opensergo.client;

import io.opensergo.proto.WireKey;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
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
 * What waits to be said on one stream. Made anew for each stream; confined to the event loop.
 *
 * <p>It is said no faster than the transport takes it. What waits is at most one answer and one
 * request a key, so a control plane that does not read costs no more memory: a newer answer takes
 * the place of an unsent one, as a newer push took the place of what it answered.
 */
final class Outbox {

    private final RuleStream stream;
    private final RequestIds requestIds;
    private final Consumer<KeyDialogue<?>> onAsked;
    private final Map<KeyDialogue<?>, SubscribeRequest.Builder> answers = new LinkedHashMap<>();

    /** Keys that were asked for on this stream and that nobody follows any more. */
    private final Set<WireKey> unsubscribes = new LinkedHashSet<>();

    private final Set<KeyDialogue<?>> subscribes = new LinkedHashSet<>();

    /** What the control plane of this stream was asked for, and not to end. */
    private final Set<WireKey> followed = new HashSet<>();

    /** What a request asked for, by its id, until it is answered. */
    private final Map<String, KeyDialogue<?>> asked = new HashMap<>();

    /**
     * @param onAsked told each key that was asked for
     */
    Outbox(RuleStream stream, RequestIds requestIds, Consumer<KeyDialogue<?>> onAsked) {
        this.stream = stream;
        this.requestIds = requestIds;
        this.onAsked = onAsked;
    }

    /** Asks for a key. Each has a request of its own, so that a refusal tells which it means. */
    void subscribe(KeyDialogue<?> key) {
        unsubscribes.remove(key.key().wireKey());
        subscribes.add(key);
    }

    /** Takes back whatever waits about a key, and tells the control plane if it was asked for. */
    void unsubscribe(KeyDialogue<?> key) {
        takeBack(key);
        if (followed.contains(key.key().wireKey())) {
            unsubscribes.add(key.key().wireKey());
        }
    }

    /** Takes note that the control plane does not serve a key. */
    void refused(KeyDialogue<?> key) {
        takeBack(key);
        followed.remove(key.key().wireKey());
    }

    private void takeBack(KeyDialogue<?> key) {
        asked.remove(key.requestId(), key);
        subscribes.remove(key);
        answers.remove(key);
    }

    /** Answers a push for a key. */
    void answer(KeyDialogue<?> key, SubscribeRequest.Builder answer) {
        answers.put(key, answer);
    }

    /** Takes note that a key was answered. */
    void answered(KeyDialogue<?> key) {
        asked.remove(key.requestId(), key);
    }

    /** Returns the key that a request asked for, unless that was answered. */
    @Nullable KeyDialogue<?> askedBy(String requestId) {
        return asked.get(requestId);
    }

    /** Says what the transport takes now. */
    void flush() {
        boolean more = true;
        while (more && stream.isWritable()) {
            more = sendAnswer() || sendUnsubscribe() || sendSubscribe();
        }
    }

    private boolean sendAnswer() {
        Iterator<SubscribeRequest.Builder> next = answers.values().iterator();
        if (!next.hasNext()) {
            return false;
        }
        stream.send(next.next());
        next.remove();
        return true;
    }

    private boolean sendUnsubscribe() {
        Iterator<WireKey> next = unsubscribes.iterator();
        if (!next.hasNext()) {
            return false;
        }
        WireKey name = next.next();
        next.remove();
        followed.remove(name);
        stream.send(request(name, SubscribeOpType.UNSUBSCRIBE, requestIds.next()));
        return true;
    }

    private boolean sendSubscribe() {
        Iterator<KeyDialogue<?>> next = subscribes.iterator();
        if (!next.hasNext()) {
            return false;
        }
        KeyDialogue<?> key = next.next();
        next.remove();
        asked.remove(key.requestId(), key);
        String requestId = requestIds.next();
        asked.put(requestId, key);
        followed.add(key.key().wireKey());
        key.asked(requestId);
        stream.send(request(key.key().wireKey(), SubscribeOpType.SUBSCRIBE, requestId));
        onAsked.accept(key);
        return true;
    }

    private static SubscribeRequest.Builder request(
            WireKey name, SubscribeOpType type, String requestId) {
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
