package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.Target;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc.DecisionReportServiceStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * What the governors of this process decide, told on each connection to a control plane that asks
 * for it. Confined to the event loop.
 */
final class DecisionReports {

    /**
     * How long is waited, give or take a quarter.
     *
     * @param failed before a stream that has failed is made again
     * @param refused before one that was refused is
     * @param fall until a number of instances that has fallen counts
     */
    record Pauses(Duration failed, Duration refused, Duration fall) {

        static final Pauses DEFAULTS =
                new Pauses(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(30));
    }

    private final EventLoop loop;
    private final Scheduler scheduler;
    private final Pauses pauses;
    private final ThisProcess process = ThisProcess.lookUp();
    private final List<DecisionReporter> reporters = new ArrayList<>(1);

    /** Of the connection that stands, if one does. */
    private @Nullable DecisionReportServiceStub stub;

    private boolean closed;

    /**
     * @param scheduler what is decided is read on
     */
    DecisionReports(EventLoop loop, Scheduler scheduler, Pauses pauses) {
        this.loop = loop;
        this.scheduler = scheduler;
        this.pauses = pauses;
    }

    void join(
            Target target,
            Supplier<io.opensergo.api.DecisionReport> decisions,
            LatestSubscription<Integer> follower) {
        if (closed) {
            follower.fail(new ClientClosedException());
            return;
        }
        var reporter =
                new DecisionReporter(loop, scheduler, pauses, process, target, decisions, follower);
        reporters.add(reporter);
        if (stub != null) {
            reporter.connect(stub);
        }
    }

    void leave(LatestSubscription<Integer> follower) {
        reporters.removeIf(
                each -> {
                    boolean leaves = each.follower() == follower;
                    if (leaves) {
                        each.close();
                    }
                    return leaves;
                });
    }

    void onConnected(DecisionReportServiceStub connected) {
        stub = connected;
        reporters.forEach(each -> each.connect(connected));
    }

    void onDisconnected() {
        stub = null;
        reporters.forEach(DecisionReporter::disconnect);
    }

    void close() {
        closed = true;
        for (DecisionReporter each : reporters) {
            each.close();
            each.follower().complete();
        }
        reporters.clear();
    }
}
