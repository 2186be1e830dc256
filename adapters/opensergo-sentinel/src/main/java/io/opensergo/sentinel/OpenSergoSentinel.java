package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.AbstractRule;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.system.SystemBlockException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import io.opensergo.governance.PlanProblem;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.plan.RuleFeed;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Keeps Sentinel in this JVM governed by the OpenSergo rules of an application, until it is closed.
 *
 * <p>Sentinel starts one by itself if the environment or its settings name a control plane, see
 * {@link OpenSergoInitFunc}; this class is for applications that have a client of their own.
 *
 * <p>Sentinel has one set of rules per JVM. Several of these stand beside each other, and beside
 * the rules that users load and register: each request has to meet all of them. Safe for use by
 * many threads.
 */
public final class OpenSergoSentinel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoSentinel.class);

    private static volatile @Nullable OpenSergoSentinel started;

    /** The targets of all that are open or starting, each as often as it is followed. */
    private static final CopyOnWriteArrayList<Target> FOLLOWED = new CopyOnWriteArrayList<>();

    private final Target target;
    private final boolean sharedStore;
    private final SlotEngine slot;
    private final RuleFeed feed;
    private final @Nullable OpenSergoClient ownClient;
    private final Sinks.Empty<Void> ready = Sinks.empty();

    private final Object lock = new Object();
    private RuleBook book = RuleBook.unknown(RuleBook.PROTECTION); // under lock
    private boolean complete; // under lock
    private boolean closed; // under lock
    private volatile Contribution contribution = Contribution.NONE; // written under lock

    OpenSergoSentinel(OpenSergoSentinelBuilder settings) {
        target = settings.target();
        sharedStore = settings.hasGlobalQuota();
        slot = new SlotEngine(settings);
        ownClient = settings.ownsClient() ? settings.client() : null;
        FOLLOWED.add(target);
        try {
            feed = new RuleFeed(settings.client(), target, RuleBook.PROTECTION, this::update);
        } catch (RuntimeException | Error e) {
            withdraw();
            throw e;
        }
    }

    /**
     * Follows the rules of a client's own target. The client is not closed with it.
     *
     * @throws io.opensergo.api.ConfigurationException if the client was made without an app
     */
    public static OpenSergoSentinel start(OpenSergoClient client) {
        return start(client, client.target());
    }

    /** Follows the rules of an application. The client is not closed with it. */
    public static OpenSergoSentinel start(OpenSergoClient client, Target target) {
        return builder(client, target).start();
    }

    /** Starts one with settings. The client is not closed with it. */
    public static OpenSergoSentinelBuilder builder(OpenSergoClient client, Target target) {
        return new OpenSergoSentinelBuilder(client, target);
    }

    /**
     * Returns the one that Sentinel started by itself, which closes its client with it; empty if
     * nothing names a control plane, or if Sentinel has not been used yet.
     */
    public static Optional<OpenSergoSentinel> started() {
        return Optional.ofNullable(started);
    }

    /**
     * Follows the rules of the client's own target, and closes the client in the end; at once, if
     * the application follows them already: each of two would enforce every rule.
     */
    static void startForSentinel(OpenSergoClient client) {
        Target target = client.target();
        if (!FOLLOWED.addIfAbsent(target)) {
            LOG.info("{} governs Sentinel already; the setting starts no second one", target);
            client.close();
            return;
        }
        try {
            started = builder(client, target).owningClient().start();
        } finally {
            FOLLOWED.remove(target); // what has started stands there itself
        }
    }

    /** Returns the application whose rules are followed. */
    public Target target() {
        return target;
    }

    /**
     * Waits until the rules of every kind are there and in force, or are known not to be.
     *
     * <p>Put a {@code timeout} on it, since it waits for as long as the control plane cannot be
     * reached; until then requests meet the rules that have come. Completes without a value, on the
     * thread that delivered the rules, or when this is closed.
     */
    public Mono<Void> ready() {
        return ready.asMono();
    }

    /** Returns who enforces which strategy on which resource now, and why not Sentinel. */
    public List<Enforcement> enforcements() {
        return contribution.enforcements();
    }

    /** Returns which rules cannot be used now, or not as they say; the rest is in force. */
    public List<PlanProblem> problems() {
        Set<PlanProblem> all = new LinkedHashSet<>(contribution.problems());
        all.addAll(slot.problems()); // of a rule that both enforce, both may report
        return List.copyOf(all);
    }

    /**
     * Returns what the slot has decided, by resource, shadows included, for entries of both types
     * together: Sentinel counts them as one, so the direction says nothing. What protects the whole
     * process is counted under {@link Governor#OTHER_RESOURCES}, whatever the resource. What
     * Sentinel enforces is counted by Sentinel.
     */
    public List<ResourceStats> slotStats() {
        return slot.stats();
    }

    /**
     * Returns by which OpenSergo rule a request was refused, and with which fallback; empty if it
     * was a rule of the user's, or one that was replaced since.
     */
    public static Optional<Rejection> rejectionOf(BlockException refusal) {
        if (refusal instanceof OpenSergoBlockException ours) {
            return Optional.of(ours.rejection());
        }
        if (refusal instanceof SystemBlockException ofSystem) {
            return "cpu".equals(ofSystem.getLimitType())
                    ? SentinelRules.OF_JVM
                            .cpuLimit()
                            .map(binding -> binding.rejection(ofSystem.getResourceName()))
                    : Optional.empty();
        }
        AbstractRule rule = ruleOf(refusal);
        return rule == null
                ? Optional.empty()
                : originOf(rule)
                        .flatMap(SentinelRules.OF_JVM::binding)
                        .map(binding -> binding.rejection(rule.getResource()));
    }

    /** Exceptions of Sentinel's do not survive being asked for a rule that they have not. */
    private static @Nullable AbstractRule ruleOf(BlockException refusal) {
        try {
            return refusal.getRule();
        } catch (NullPointerException e) {
            return null;
        }
    }

    /**
     * Returns what a rule of Sentinel's is the translation of; empty if it is a rule of the user's.
     */
    public static Optional<RuleOrigin> originOf(@Nullable AbstractRule rule) {
        return rule instanceof Governed governed
                ? Optional.of(governed.origin())
                : Optional.empty();
    }

    /**
     * Stops following rules, and takes them out of Sentinel; requests that they admitted end as
     * they would have. The rules of users stay. Closing again does nothing.
     */
    @Override
    @SuppressWarnings("ReferenceEquality") // this very one
    public void close() {
        feed.close();
        withdraw();
        if (started == this) {
            started = null;
        }
    }

    /** What the feed brings from now on is ignored. */
    private void withdraw() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            contribution = Contribution.NONE;
            SlotTable.remove(slot);
            SentinelRules.OF_JVM.remove(this);
        }
        FOLLOWED.remove(target);
        slot.close();
        ready.tryEmitEmpty();
        if (ownClient != null) {
            ownClient.close();
        }
    }

    /** A fault in some rules must not keep later ones from taking effect. */
    private void update(UnaryOperator<RuleBook> change) {
        synchronized (lock) {
            if (closed) {
                return;
            }
            book = change.apply(book);
            try {
                apply(Translator.translate(book, target, Sharing.now(sharedStore)));
            } catch (RuntimeException e) {
                LOG.error("New rules of {} cannot be applied in full", target, e);
            }
            if (book.isComplete()) {
                ready.tryEmitEmpty();
            }
        }
    }

    /**
     * A strategy that moves between Sentinel and the slot is enforced by both for a moment, and
     * never by neither: Sentinel has what is new before the slot drops anything, and drops nothing
     * itself before the slot has it.
     */
    private void apply(Contribution next) {
        Contribution before = contribution;
        if (!next.slotRules().equals(before.slotRules())) {
            if (!before.slotRules().isEmpty()) { // else nothing moves from there
                SentinelRules.OF_JVM.put(this, next.keepingRulesOf(before));
            }
            SlotTable.put(slot.replaceRules(next.slotRules()));
        }
        SentinelRules.OF_JVM.put(this, next);
        contribution = next;
        report(before, next);
    }

    /** Tells what is wrong once every kind is there to be joined: all then, later what is new. */
    private void report(Contribution before, Contribution next) {
        if (!book.isComplete()) {
            return;
        }
        Contribution known = complete ? before : Contribution.NONE;
        next.problems().stream()
                .filter(problem -> !known.problems().contains(problem))
                .forEach(problem -> LOG.warn("{}", problem.message()));
        next.enforcements().stream()
                .filter(enforcement -> enforcement.by() != Enforcement.Engine.SENTINEL)
                .filter(enforcement -> !known.enforcements().contains(enforcement))
                .forEach(enforcement -> LOG.info("{}", enforcement));
        if (!complete || !next.enforcements().equals(before.enforcements())) {
            LOG.info(
                    "Sentinel is governed by {}: {} flow rules, {} circuit breaker rules, {} system rules, {} strategies in the slot",
                    target,
                    next.flowRules().size(),
                    next.degradeRules().size(),
                    next.systemRules().size(),
                    next.enforcements().stream()
                            .filter(it -> it.by() == Enforcement.Engine.SLOT)
                            .count());
        }
        complete = true;
    }
}
