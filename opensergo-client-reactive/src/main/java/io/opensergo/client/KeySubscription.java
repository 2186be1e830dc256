package io.opensergo.client;

import com.google.protobuf.Any;
import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * The rules of one kind for one target, and who follows them. Confined to the event loop.
 *
 * <p>It outlives streams: what belongs to one stream is forgotten by {@link #streamLost}.
 */
final class KeySubscription<R extends Rule> {

    private static final long NO_VERSION = Long.MIN_VALUE;

    private final Target target;
    private final RuleKind<R> kind;
    private final List<LatestSubscription<RuleSnapshot<R>>> followers = new ArrayList<>(1);
    private @Nullable RuleSnapshot<R> current;
    private @Nullable Disposable pendingClose;

    /**
     * Of this stream: the version of the last push, and whether the control plane was asked and
     * answered.
     */
    private long streamVersion = NO_VERSION;

    private long askedAtNanos;
    private String requestId = "";
    private boolean asked;
    private boolean answered;

    KeySubscription(Target target, RuleKind<R> kind) {
        this.target = target;
        this.kind = kind;
    }

    Target target() {
        return target;
    }

    RuleKind<R> kind() {
        return kind;
    }

    RuleKey key() {
        return new RuleKey(target, kind);
    }

    /** Returns the snapshot in force, or {@code null} before the first. */
    @Nullable RuleSnapshot<R> current() {
        return current;
    }

    void add(LatestSubscription<RuleSnapshot<R>> follower) {
        cancelClose();
        followers.add(follower);
        if (current != null) {
            follower.offer(current);
        }
    }

    /** Takes a follower away and returns whether that was the last one. */
    boolean remove(LatestSubscription<?> follower) {
        return followers.remove(follower) && followers.isEmpty();
    }

    boolean isAbandoned() {
        return followers.isEmpty();
    }

    /** Remembers the task that ends this subscription, unless a follower comes before. */
    void closeBy(Disposable task) {
        cancelClose();
        pendingClose = task;
    }

    private void cancelClose() {
        if (pendingClose != null) {
            pendingClose.dispose();
            pendingClose = null;
        }
    }

    void complete() {
        cancelClose();
        followers.forEach(LatestSubscription::complete);
        followers.clear();
    }

    void fail(Throwable error) {
        cancelClose();
        followers.forEach(follower -> follower.fail(error));
        followers.clear();
    }

    void streamLost() {
        streamVersion = NO_VERSION;
        asked = false;
        answered = false;
    }

    void asked(String requestId, long nowNanos) {
        asked = true;
        askedAtNanos = nowNanos;
        this.requestId = requestId;
    }

    /** The request by which the control plane was last asked, on this stream or on one before. */
    String requestId() {
        return requestId;
    }

    boolean awaitsAnswer() {
        return asked && !answered;
    }

    long askedAtNanos() {
        return askedAtNanos;
    }

    /**
     * Returns whether a push of this version is older than one that came before it on the same
     * stream.
     */
    boolean isOutdated(long version) {
        return streamVersion != NO_VERSION && version < streamVersion;
    }

    /** The version of the last push of this stream. */
    long streamVersion() {
        return streamVersion;
    }

    /**
     * Takes rules that were kept on disk, unless the control plane has said which are in force.
     *
     * @return whether they are in force now
     */
    boolean restore(RuleSnapshot<R> kept) {
        RuleSnapshot<R> known = current;
        boolean wanted =
                known == null
                        || known.origin() == Origin.ASSUMED_EMPTY
                        || (known.rules().isEmpty() && !known.rejected().isEmpty());
        if (wanted) {
            publish(kept);
        }
        return wanted;
    }

    /** The control plane stayed silent; if nothing is known, there are no rules. */
    void assumeEmpty(Instant now) {
        answered = true;
        if (current == null) {
            publish(
                    new RuleSnapshot<>(
                            target, kind, 0, Origin.ASSUMED_EMPTY, now, List.of(), List.of()));
        }
    }

    /**
     * Takes a push and tells the followers if it changes anything.
     *
     * <p>Rules that cannot be used are left out, or stay as they last were if their name can be
     * read; if none of the push can be used, everything stays as it was.
     *
     * @return what was decoded, for the answer to the control plane
     */
    DecodedRules<R> accept(
            WireCodec codec, List<Any> data, List<Any> details, long version, Instant now) {
        DecodedRules<R> decoded =
                codec.decode(kind, target.namespace(), target.app(), data, details);
        streamVersion = version;
        answered = true;
        List<R> known = current == null ? List.of() : current.rules();
        List<R> rules = new ArrayList<>(decoded.rules());
        List<RejectedRule> rejected = new ArrayList<>(decoded.rejected().size());
        boolean nothingUsable = rules.isEmpty() && !decoded.rejected().isEmpty();
        if (nothingUsable) {
            rules.addAll(known);
        }
        for (RejectedMessage message : decoded.rejected()) {
            R lastGood = message.name() == null ? null : find(known, message.name());
            if (lastGood != null && find(rules, lastGood.name()) == null) {
                rules.add(lastGood);
            }
            boolean kept = lastGood != null && rules.contains(lastGood);
            rejected.add(new RejectedRule(message.name(), message.reason(), kept));
        }
        publish(
                new RuleSnapshot<>(
                        target, kind, version, Origin.CONTROL_PLANE, now, rules, rejected));
        return decoded;
    }

    private static <R extends Rule> @Nullable R find(List<R> rules, String name) {
        for (R rule : rules) {
            if (rule.name().equals(name)) {
                return rule;
            }
        }
        return null;
    }

    private void publish(RuleSnapshot<R> snapshot) {
        if (current == null || !snapshot.sameContentAs(current)) {
            current = snapshot;
            followers.forEach(follower -> follower.offer(snapshot));
        }
    }
}
