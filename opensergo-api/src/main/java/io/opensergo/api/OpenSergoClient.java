package io.opensergo.api;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.contract.ApplicationMetadata;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A connection to an OpenSergo control plane that delivers rules as they are and as they change.
 *
 * <p>All subscriptions of a client share one stream to the control plane. The connection is made
 * again whenever it is lost, and the last known rules stay in force meanwhile. Safe for use by many
 * threads.
 */
public interface OpenSergoClient extends AutoCloseable {

    /**
     * Follows the rules of one kind for one target.
     *
     * <p><b>Signals:</b> the snapshot in force, if there is one, then each that differs from the
     * one before. A lost connection is not a signal. Completes when the client is closed. Errs with
     * {@link SubscriptionRefusedException} if the control plane refuses the subscription and with
     * {@link ClientClosedException} if the client was closed before.
     *
     * <p><b>Subscription:</b> cold; subscribers of equal keys share one subscription to the control
     * plane.
     *
     * <p><b>Backpressure:</b> a subscriber that has not asked for more gets the latest snapshot
     * when it does, and never the older ones, since each snapshot is complete.
     *
     * <p><b>Cancellation:</b> the last subscriber of a key to leave ends the subscription to the
     * control plane after the client's unsubscribe grace.
     *
     * <p><b>Threads:</b> serial, on the client's scheduler, never on a thread of the transport; a
     * subscriber may block. The subscriber's Reactor {@code Context} is kept.
     *
     * @throws IllegalArgumentException on subscription, if the same kind is subscribed to for that
     *     target with another record class
     */
    <R extends Rule> Flux<RuleSnapshot<R>> rules(Target target, RuleKind<R> kind);

    /**
     * Follows the rules of one kind for the client's own target, as {@link #rules(Target,
     * RuleKind)} does.
     *
     * @throws ConfigurationException if the client was made without an app
     */
    default <R extends Rule> Flux<RuleSnapshot<R>> rules(RuleKind<R> kind) {
        return rules(target(), kind);
    }

    /**
     * Returns the namespace and app that the client was configured with.
     *
     * @throws ConfigurationException if the client was made without an app
     */
    Target target();

    /**
     * Waits until each key that is subscribed to at the time of subscription to this Mono has a
     * snapshot, so that a first request can be governed.
     *
     * <p><b>Signals:</b> one value, then completion; at once if nothing is subscribed to. It waits
     * for as long as the control plane cannot be reached: put a {@code timeout} on it. Errs with
     * {@link SubscriptionRefusedException} if one of the keys is refused, with {@link
     * ClientClosedException} if the client is closed first.
     *
     * <p><b>Threads:</b> on the client's scheduler.
     */
    Mono<Readiness> ready();

    /**
     * Tells the control plane what an application of this process serves.
     *
     * <p><b>Signals:</b> completes without a value when a control plane has taken it, or what
     * replaced it since. It waits for as long as none can be reached. Errs with {@link
     * ReportRefusedException} if the control plane does not take it, as one without a metadata
     * service does, and with {@link ClientClosedException} if the client is closed first.
     *
     * <p><b>Subscription:</b> from then on the client says it again on each new connection and
     * every ten minutes, whether it was taken or refused, until it is closed or a later report on
     * the same application takes its place.
     *
     * <p><b>Cancellation:</b> ends the waiting and not the reporting.
     *
     * <p><b>Threads:</b> on the client's scheduler.
     */
    Mono<Void> report(ApplicationMetadata metadata);

    /**
     * Lets the control plane see what an instance of an application decides, for as long as this is
     * subscribed to. Nothing is read or sent until the control plane asks for it, which ours does
     * while somebody looks; others never do.
     *
     * <p><b>Signals:</b> the number of instances that report for the target to the same control
     * plane, this one included, and again when it changes; a number that falls has to stay low for
     * 30 s. Nothing if the control plane takes no reports, or if they are switched off. Never
     * fails; completes when the client is closed.
     *
     * <p><b>Subscription:</b> cold; each subscriber counts as an instance.
     *
     * <p><b>Backpressure:</b> a slow subscriber gets the latest number.
     *
     * <p><b>Threads:</b> signals are serial, on the client's scheduler; so are the calls of the
     * supplier, one at a time for each subscriber. What it throws is logged once, and reports go on
     * with the next one.
     *
     * @param target whose instance decides
     * @param decisions asked for each report
     */
    default Flux<Integer> reportDecisions(Target target, Supplier<DecisionReport> decisions) {
        return Flux.never();
    }

    /** Returns how the client and its control plane stand now. */
    ConnectionState state();

    /**
     * Follows how the client and its control plane stand.
     *
     * <p><b>Signals:</b> the state now, then each change; completes after {@code CLOSED}. Never
     * fails.
     *
     * <p><b>Backpressure:</b> a slow subscriber gets the latest state and may miss those before it.
     *
     * <p><b>Threads:</b> serial, on the client's scheduler.
     */
    Flux<ConnectionState> states();

    /**
     * Ends every Flux of this client with completion, closes the connection and frees every thread
     * of it. Returns within a second. Closing again does nothing.
     */
    @Override
    void close();
}
