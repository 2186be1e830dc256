package io.opensergo.controlplane;

import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What waits to be sent on one stream: refusals first, then what is left of a revision, then what
 * has changed since. Confined to the lock of its {@link Subscriber}.
 *
 * <p><b>Flow control.</b> A change only marks its key as stale. Stale keys are sent while the
 * transport takes more, and the rest when it asks for more; each is sent in the version that is in
 * force at that moment. So a slow client gets the latest state and nothing in between, costs one
 * mark a key and one revision of one application at most, and holds nobody else back.
 *
 * <p><b>Revisions.</b> When the turn of a stale key comes, all that is news of its application is
 * read at one moment and sent in a row, before anything newer: each push says which are to follow,
 * so that the client can put an edit across kinds into force as one. Whatever was edited meanwhile
 * is in the next such row, so a client sees whole revisions however fast the rules change. A row is
 * only begun when there is a place for all of it among what is unread; from then on it counts.
 */
final class SendQueue {

    private final long stream;
    private final FollowedKeys followed;
    private final PushSource source;
    private final Outbox outbox;
    private final Replies replies;
    private final PendingRefusals refusals;
    private final Set<Subscription> stale = new LinkedHashSet<>(2);
    private final RevisionInTransit due = new RevisionInTransit();
    private long pushes;
    private boolean closed;

    /**
     * @param stream the number of the stream, by which its pushes differ from those of others
     * @param followed of which what has changed is sent
     * @param replies awaits the answer to each push
     * @param memory in which refusals wait
     */
    SendQueue(
            long stream,
            FollowedKeys followed,
            PushSource source,
            Outbox outbox,
            Replies replies,
            StreamMemory memory) {
        this.stream = stream;
        this.followed = followed;
        this.source = source;
        this.outbox = outbox;
        this.replies = replies;
        this.refusals = new PendingRefusals(memory);
    }

    /** The key of a subscription has a new version, or the client asked for the one it has. */
    void stale(Subscription subscription) {
        stale.add(subscription);
    }

    /** Nothing is to be sent for a subscription any more. */
    void remove(Subscription subscription) {
        stale.remove(subscription);
        outbox.giveBack(due.remove(subscription));
    }

    /** Takes a refusal and returns whether there is memory for it, be it of the reserve. */
    boolean refuse(SubscribeResponse refusal) {
        if (refusals.add(refusal)) {
            return true;
        }
        sendRefusals(); // since then the rest of this request may find room
        return refusals.addOfReserve(refusal);
    }

    boolean hasRefusals() {
        return !refusals.isEmpty();
    }

    boolean isDue() {
        return !closed && !(refusals.isEmpty() && due.isEmpty() && stale.isEmpty());
    }

    /** Sends what is due while the transport takes it. */
    void send() {
        boolean more = true;
        while (more && isDue() && outbox.mayHand()) {
            more = sendNext();
        }
        if (!isDue()) {
            outbox.waitNoMore();
        }
    }

    /** Nothing is sent any more. */
    void close() {
        closed = true;
        stale.clear();
        due.clear();
        refusals.clear();
    }

    private void sendRefusals() {
        boolean more = true;
        while (more && !closed && !refusals.isEmpty() && outbox.mayHand()) {
            more = sendNext();
        }
    }

    /** Sends one thing and returns whether the next may follow. */
    private boolean sendNext() {
        if (!refusals.isEmpty()) {
            return sendRefusal(refusals.next());
        }
        if (due.isEmpty() && !cutRevision()) {
            return false;
        }
        return due.isEmpty() || pushNext();
    }

    private boolean sendRefusal(SubscribeResponse refusal) {
        long bytes = refusal.getSerializedSize();
        if (!outbox.reserve(bytes)) {
            return false;
        }
        outbox.hand(refusal, bytes);
        if (closed) {
            return false; // by the transport, meanwhile
        }
        refusals.sent();
        return true;
    }

    /**
     * Reads at one moment all that is news of the application whose turn it is, and returns whether
     * there is a place for it. If not, nothing is kept: the next time it is read anew.
     */
    private boolean cutRevision() {
        List<Subscription> candidates = followed.besides(stale.iterator().next().key());
        RuleStore.Cut cut = source.readAll(candidates);
        for (int i = 0; i < candidates.size(); i++) {
            Subscription subscription = candidates.get(i);
            RuleSet set = cut.sets().get(i);
            stale.remove(subscription);
            if (subscription.wants(set)) {
                due.add(
                        subscription,
                        cut.revision(),
                        set.isEmpty(),
                        source.encode(set, cut.revision()));
            }
        }
        if (due.isEmpty() || outbox.reserve(due.bytes())) {
            return true;
        }
        stale.addAll(due.subscriptions());
        due.clear();
        return false;
    }

    /** Pushes the next part of a revision, and returns whether the stream goes on. */
    private boolean pushNext() {
        RevisionInTransit.Part part = due.next();
        Subscription subscription = part.subscription();
        String responseId = stream + "-" + (pushes + 1);
        SubscribeResponse push = source.push(part.response(), responseId, due.kindsAfterNext());
        outbox.hand(push, part.bytes());
        if (closed) {
            return false; // by the transport, meanwhile
        }
        due.sent();
        pushes++;
        subscription.sent(
                part.version(), part.empty(), push.getSerializedSize(), System.nanoTime());
        replies.sent(responseId, new Push(subscription, part.version()), followed.size());
        return true;
    }
}
