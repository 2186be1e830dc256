package io.opensergo.governance.quota;

import reactor.core.publisher.Mono;

/**
 * A store of permits that many instances take from, so that they keep one limit together.
 *
 * <p>A store counts the permits of a key in windows of the limit's length and never grants more
 * than the threshold in one of them, whoever asks. Windows go by one clock, the store's, and follow
 * each other without a gap or an overlap, whether anyone asks or not; so a span of one window's
 * length that straddles two of them can see up to twice the threshold. A window of another length
 * is counted apart, from the start. A threshold that changes applies to the window under way: what
 * was granted stays granted, a higher threshold grants the difference at once, and a lower one
 * grants at most itself until the window ends. Instances that disagree on a threshold, as they do
 * while an edit spreads, are each granted no more than the highest of them.
 *
 * <p>A store that can lose what it counted, as by a restart, says so by another {@link
 * QuotaGrant#count()}, so that instances tell it what they have admitted: they take as much again.
 *
 * <p>Safe for many threads. Implementations extend the contract tests of this package.
 */
public interface GlobalQuota extends AutoCloseable {

    /**
     * Takes permits of a key.
     *
     * <p><b>Signals:</b> one grant, then completion. Fewer permits than asked for mean that the
     * window has no more. Errs with {@link QuotaUnavailableException} if the store cannot be asked
     * or does not answer in time, and if it is closed; permits may have been taken then.
     *
     * <p><b>Subscription:</b> cold; each subscription asks anew. Neither this method nor the
     * subscription ever blocks, and any thread may call them.
     *
     * <p><b>Cancellation:</b> gives up the answer. Permits that the store takes all the same are
     * lost until their window ends.
     *
     * <p><b>Threads:</b> signals run on a thread of the store or on the subscribing one; a
     * subscriber must not block.
     *
     * @param key what is limited
     * @param limit how it is limited
     * @param permits how many are wanted, 1 or more
     * @throws IllegalArgumentException if {@code permits} is less than 1
     */
    Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits);

    /**
     * Frees what this object holds; what the store has counted stays. Closing again does nothing.
     */
    @Override
    void close();
}
