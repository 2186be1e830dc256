package io.opensergo.client;

import io.opensergo.api.Edition;
import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * The rules of one kind for one target, and who follows them. Confined to the event loop.
 *
 * <p>It outlives streams: what belongs to one stream is forgotten by {@link #streamLost}.
 */
final class KeySubscription<R extends Rule> {

    private static final long NO_VERSION = Long.MIN_VALUE;

    /** A control plane that never stands still cannot put its rules off for longer than this. */
    private static final int MAX_SETTLE_TIMES = 10;

    private static final long MAX_PATIENCE_NANOS = Duration.ofHours(1).toNanos();

    private final Target target;
    private final RuleKind<R> kind;
    private final WireKey wireKey;
    private final Duration settleTime;
    private final EditionCounter editions;
    private final List<LatestSubscription<RuleSnapshot<R>>> followers = new ArrayList<>(1);
    private @Nullable RuleSnapshot<R> current;
    private Disposable pendingClose = () -> {};

    /** Of this stream: the version of the last push and who sent it. */
    private long streamVersion = NO_VERSION;

    private String controlPlane = "";

    /** The last request for this key, and whether this stream answered. */
    private String requestId = "";

    private boolean answered;
    private long deadlineNanos;
    private long patienceNanos;

    /** Of this stream: whether the rules in force are from before it. */
    private boolean fromBefore;

    /** Of this stream: a set that lacks rules in force, until it has stood still for a while. */
    private @Nullable RuleSnapshot<R> held;

    private long heldSinceNanos;
    private Disposable pendingSettle = () -> {};

    /** What waits for other kinds of its revision, and whether it is from before this stream. */
    private @Nullable RuleSnapshot<R> staged;

    private boolean stagedFromBefore;
    private boolean stagedUsable;

    /**
     * @param settleTime how long a set that lacks rules in force must stand still, right after a
     *     connection was made; zero for not at all
     * @param editions counts what comes into force
     */
    KeySubscription(Target target, RuleKind<R> kind, Duration settleTime, EditionCounter editions) {
        this.target = target;
        this.kind = kind;
        this.wireKey = WireKey.of(target, kind);
        this.settleTime = settleTime;
        this.editions = editions;
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

    WireKey wireKey() {
        return wireKey;
    }

    /** Returns the snapshot in force, or {@code null} before the first. */
    @Nullable RuleSnapshot<R> current() {
        return current;
    }

    void add(LatestSubscription<RuleSnapshot<R>> follower) {
        pendingClose.dispose();
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
        pendingClose.dispose();
        pendingClose = task;
    }

    void complete() {
        stopTimers();
        followers.forEach(LatestSubscription::complete);
        followers.clear();
    }

    void fail(Throwable error) {
        stopTimers();
        followers.forEach(follower -> follower.fail(error));
        followers.clear();
    }

    void stopTimers() {
        pendingClose.dispose();
        pendingSettle.dispose();
    }

    void streamLost() {
        streamVersion = NO_VERSION;
        controlPlane = "";
        answered = false;
        patienceNanos = 0;
        fromBefore = current != null && current.origin() != Origin.ASSUMED_EMPTY;
        held = null;
        stagedFromBefore = true;
        pendingSettle.dispose();
    }

    void asked(String newRequestId) {
        requestId = newRequestId;
    }

    /** Returns whether the control plane said anything about the key on this stream. */
    boolean isAnswered() {
        return answered;
    }

    /** The request by which the control plane was last asked, on this stream or on one before. */
    String requestId() {
        return requestId;
    }

    /** Returns whether the rules in force are from before this stream. */
    boolean isFromBefore() {
        return fromBefore;
    }

    /** Waits for an answer; each time without one, twice as long as the time before, to a limit. */
    void expectAnswer(Duration timeout, long nowNanos) {
        long first = timeout.toNanos();
        patienceNanos =
                patienceNanos == 0
                        ? first
                        : Math.max(first, Math.min(2 * patienceNanos, MAX_PATIENCE_NANOS));
        deadlineNanos = nowNanos + patienceNanos;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /**
     * Returns whether a push is older than one that came before it on the same stream from the same
     * control plane. A version of 0 or less is not set and says nothing of age.
     */
    boolean isOutdated(SubscribeResponse push) {
        long version = push.getDataWithVersion().getVersion();
        return streamVersion != NO_VERSION
                && version > 0
                && version < streamVersion
                && push.getControlPlane().getIdentifier().equals(controlPlane);
    }

    /** Returns whether a push came on this stream before. */
    boolean hadPush() {
        return streamVersion != NO_VERSION;
    }

    /** The version of the last push of this stream. */
    long streamVersion() {
        return streamVersion;
    }

    /**
     * Takes rules from before this client, unless the control plane has said which are in force; a
     * push of which nothing could be used says nothing.
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
            fromBefore = true;
            List<RejectedRule> rejected = known == null ? List.of() : known.rejected();
            publish(
                    snapshot(
                            kept.version(),
                            kept.origin(),
                            kept.receivedAt(),
                            kept.rules(),
                            rejected));
        }
        return wanted;
    }

    /** The control plane stayed silent; if nothing is known, there are no rules. */
    void assumeEmpty(Instant now) {
        if (current == null) {
            publish(snapshot(0, Origin.ASSUMED_EMPTY, now, List.of(), List.of()));
        }
    }

    /**
     * Takes a push. Its rules are staged if the control plane says which pushes belong together;
     * otherwise they come into force, and the followers are told if that changes anything.
     *
     * <p>Rules that cannot be used are left out, or stay as they last were if their name can be
     * read; if none of the push can be used, everything stays as it was.
     *
     * @return what was decoded, for the answer to the control plane
     * @throws RuntimeException if the kind's own decoding fails; nothing has changed then
     */
    DecodedRules<R> accept(WireCodec codec, SubscribeResponse push, Instant now) {
        DecodedRules<R> decoded =
                codec.decode(
                        kind,
                        target.namespace(),
                        target.app(),
                        push.getDataWithVersion().getDataList(),
                        push.getStatus().getDetailsList());
        List<R> known = known();
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
        take(push, rules, rejected, !nothingUsable, now);
        return decoded;
    }

    /** Takes a push of which nothing can be used: the rules stay as they are, and say so. */
    void refuse(SubscribeResponse push, String reason, Instant now) {
        take(push, known(), List.of(new RejectedRule(null, reason, false)), false, now);
    }

    /** Returns the rules in force, or those that will be. */
    private List<R> known() {
        RuleSnapshot<R> last = staged == null ? current : staged;
        return last == null ? List.of() : last.rules();
    }

    private void take(
            SubscribeResponse push,
            List<R> rules,
            List<RejectedRule> rejected,
            boolean usable,
            Instant now) {
        long version = push.getDataWithVersion().getVersion();
        streamVersion = version;
        controlPlane = push.getControlPlane().getIdentifier();
        answered = true;
        RuleSnapshot<R> known = staged == null ? current : staged;
        boolean stillFromBefore =
                !usable && known != null && (staged == null ? fromBefore : stagedFromBefore);
        RuleSnapshot<R> taken =
                stillFromBefore && known != null
                        ? snapshot(
                                known.version(),
                                known.origin(),
                                known.receivedAt(),
                                rules,
                                rejected)
                        : snapshot(version, Origin.CONTROL_PLANE, now, rules, rejected);
        if (RevisionDetail.kindsToFollow(push.getStatus().getDetailsList()) != null) {
            staged = taken;
            stagedFromBefore = stillFromBefore;
            stagedUsable = usable;
            return;
        }
        staged = null;
        if (stillFromBefore) {
            publish(taken);
        } else if (fromBefore && lacksRulesInForce(taken) && mayHold(System.nanoTime())) {
            held = taken;
        } else {
            putInForce(taken);
        }
    }

    /** Returns whether the last push waits for others of its revision. */
    boolean isStaged() {
        return staged != null;
    }

    /** Returns whether the push that waits will be another snapshot for followers. */
    boolean bringsNews() {
        return staged != null && (current == null || !staged.sameContentAs(current));
    }

    /**
     * Puts the staged push into force.
     *
     * @param edition what it belongs to; {@link Edition#UNKNOWN} if that is not whole
     */
    void release(Edition edition) {
        RuleSnapshot<R> released = staged;
        if (released == null) {
            return;
        }
        staged = null;
        if (stagedFromBefore) {
            fromBefore = true;
            publish(released.in(edition));
        } else {
            putInForce(released.in(edition));
        }
    }

    /** Returns whether any of the push that was last staged could be used. */
    boolean wasUsable() {
        return stagedUsable;
    }

    private boolean mayHold(long nowNanos) {
        if (held == null) {
            heldSinceNanos = nowNanos;
        }
        return nowNanos - heldSinceNanos < MAX_SETTLE_TIMES * settleTime.toNanos();
    }

    private boolean lacksRulesInForce(RuleSnapshot<R> taken) {
        Set<String> names = new HashSet<>();
        taken.rules().forEach(rule -> names.add(rule.name()));
        return current != null
                && !current.rules().stream().allMatch(rule -> names.contains(rule.name()));
    }

    private void putInForce(RuleSnapshot<R> taken) {
        fromBefore = false;
        held = null;
        pendingSettle.dispose();
        publish(taken);
    }

    /** Returns whether the last push waits until it is clear that no larger one follows. */
    boolean isHeld() {
        return held != null;
    }

    /** Returns for how long pushes are, or were last, held. */
    Duration heldFor() {
        return Duration.ofNanos(System.nanoTime() - heldSinceNanos);
    }

    /** Remembers the task that puts the held push in force, unless another push comes before. */
    void settleBy(Disposable task) {
        pendingSettle.dispose();
        pendingSettle = task;
    }

    /** Puts the held push in force. */
    void settle() {
        if (held != null) {
            putInForce(held);
        }
    }

    private RuleSnapshot<R> snapshot(
            long version, Origin origin, Instant now, List<R> rules, List<RejectedRule> rejected) {
        return new RuleSnapshot<>(target, kind, version, origin, now, rules, rejected);
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
            RuleSnapshot<R> counted =
                    snapshot.edition().number() == 0
                            ? snapshot.in(Edition.ofOneKind(editions.next()))
                            : snapshot;
            current = counted;
            followers.forEach(follower -> follower.offer(counted));
        }
    }
}
