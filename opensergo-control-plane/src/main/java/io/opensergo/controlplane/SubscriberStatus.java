package io.opensergo.controlplane;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has subscribed to and how it took the pushes, at one moment.
 *
 * @param identifier what the client calls itself, cut like a reason; empty if it does not say, and
 *     not unique
 * @param principal the name that the authorizer gave the client; empty without an authorizer
 * @param remoteAddress where the stream comes from, as {@code host:port}
 * @param connectedSince when the stream began
 * @param subscriptions the keys it has subscribed to, in that order
 * @param lastNack the last refusal that tells of no push; {@code null} if there was none
 */
public record SubscriberStatus(
        String identifier,
        String principal,
        String remoteAddress,
        Instant connectedSince,
        List<Subscription> subscriptions,
        @Nullable Nack lastNack) {

    /** Copies the list. */
    public SubscriberStatus {
        subscriptions = List.copyOf(subscriptions);
    }

    /**
     * How far one subscription is.
     *
     * @param namespace the namespace
     * @param app the application
     * @param kind the wire name of the kind
     * @param sentVersion the version last pushed; 0 before the first push
     * @param ackedVersion the highest version that the client accepted; 0 if none
     * @param lastNack the last refusal of a push; {@code null} if there was none, and kept when a
     *     later push is accepted
     */
    public record Subscription(
            String namespace,
            String app,
            String kind,
            long sentVersion,
            long ackedVersion,
            @Nullable Nack lastNack) {}

    /**
     * A client's refusal of a push.
     *
     * @param version the version that was refused; 0 if the client does not say which push it means
     * @param code the status code, such as 4001 for a push that cannot be read
     * @param reason what the client says, in one line and cut after 1,024 characters
     * @param at when the refusal came
     */
    public record Nack(long version, int code, String reason, Instant at) {}
}
