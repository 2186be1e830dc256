package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.internal.limiter.OverloadControl;
import io.opensergo.governance.plan.RuleBook;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Compiles the rules of a governor into plans and publishes each. For any number of threads. */
final class PlanPublisher {

    private static final Logger LOG = LoggerFactory.getLogger(Governor.class);

    private final Engine engine;
    private final LoadSampler sampler;
    private final PlanProblemLog problems;
    private final AtomicInteger recompilations = new AtomicInteger();
    private final Sinks.Many<Plan> plans = Sinks.many().replay().latest();
    private final Sinks.Empty<Void> ready = Sinks.empty();
    private volatile RuleBook book = RuleBook.unknown(RuleBook.DECISIONS);
    private volatile boolean closed;

    /*
     * Written by one thread at a time (recompile sees to it), read by any. A plan is immutable, so the
     * volatile write publishes it whole. A request reads it once and decides by it to its end; it may be
     * the plan before, since rules take effect eventually.
     */
    private volatile CompiledPlan plan;

    /**
     * Publishes a plan without rules.
     *
     * @param sampler measures the load while a plan asks for it
     * @param problems told of each plan whose rules are all there
     */
    PlanPublisher(Engine engine, LoadSampler sampler, PlanProblemLog problems) {
        this.engine = engine;
        this.sampler = sampler;
        this.problems = problems;
        this.plan = PlanCompiler.empty(engine);
        plans.tryEmitNext(plan.summary());
    }

    /** Returns the plan in force. */
    CompiledPlan current() {
        return plan;
    }

    /** The plan in force, then each one that replaces it. */
    Flux<Plan> plans() {
        return plans.asFlux();
    }

    /** Completes when the rules of every kind are there, or are known not to be. */
    Mono<Void> ready() {
        return ready.asMono();
    }

    boolean isClosed() {
        return closed;
    }

    /** Changes the rules, and publishes a plan by them. */
    void update(UnaryOperator<RuleBook> change) {
        synchronized (this) {
            book = change.apply(book);
        }
        recompile();
    }

    /** Compiles on the thread that calls first; what others bring meanwhile is compiled with it. */
    void recompile() {
        if (recompilations.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            compileSafely();
            missed = recompilations.addAndGet(-missed);
        } while (missed != 0);
    }

    /** A fault in the compilation of some rules must not keep later ones from taking effect. */
    private void compileSafely() {
        try {
            if (!closed) {
                replace(PlanCompiler.compile(book, plan, engine));
            }
        } catch (RuntimeException e) {
            LOG.error(
                    "New rules cannot be compiled; plan {} stays in force",
                    plan.summary().number(),
                    e);
        }
    }

    private void replace(CompiledPlan next) {
        CompiledPlan before = plan;
        Set<OverloadControl> controls = next.overloadControls();
        engine.overloadControls().retain(controls);
        sampler.setActive(!controls.isEmpty());
        plan = next;
        plans.tryEmitNext(next.summary());
        if (next.book().isComplete()) {
            problems.replaced(before, next, this::current);
            if (ready.tryEmitEmpty().isSuccess()) {
                problems.ready(next);
            }
        }
    }

    /** Publishes no more; the last plan stays in force. */
    void stop() {
        closed = true;
    }

    /** Frees what the last plan holds, and completes. */
    void close() {
        stop();
        plan.leases().forEach(LeasedLimiter::close);
        plans.tryEmitComplete();
    }
}
