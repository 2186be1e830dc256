package io.opensergo.client;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.opensergo.api.Target;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc.DecisionReportServiceStub;
import io.opensergo.proto.internal.decision_report.v1.ReportDirective;
import io.opensergo.proto.internal.decision_report.v1.Reporter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * The reports of one governor: a stream on each connection, on which nothing is said before the
 * control plane asks for it.
 *
 * <p>Confined to the event loop, but for what is decided, which is read and made messages of on the
 * scheduler of the user: one reading at a time, which owns the {@link ReportRound} meanwhile.
 */
final class DecisionReporter {

    private static final Logger LOG = LoggerFactory.getLogger(DecisionReporter.class);

    /** However often a control plane asks. */
    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final Scheduler scheduler;
    private final DecisionReports.Pauses pauses;
    private final ThisProcess process;
    private final Target target;
    private final Supplier<io.opensergo.api.DecisionReport> decisions;
    private final LatestSubscription<Integer> follower;
    private final SettledCount instances;
    private final String instance;

    private @Nullable Attempt attempt;
    private Disposable next = () -> {};
    private boolean isReading;
    private boolean failed;
    private boolean refusalTold;

    DecisionReporter(
            EventLoop loop,
            Scheduler scheduler,
            DecisionReports.Pauses pauses,
            ThisProcess process,
            Target target,
            Supplier<io.opensergo.api.DecisionReport> decisions,
            LatestSubscription<Integer> follower) {
        this.loop = loop;
        this.scheduler = scheduler;
        this.pauses = pauses;
        this.process = process;
        this.target = target;
        this.decisions = decisions;
        this.follower = follower;
        ThreadLocalRandom random = ThreadLocalRandom.current(); // UUID's own may block
        this.instance = new UUID(random.nextLong(), random.nextLong()).toString();
        this.instances = new SettledCount(loop, pauses.fall(), follower::offer);
    }

    LatestSubscription<Integer> follower() {
        return follower;
    }

    /** Begins a stream, in place of the one that there was. */
    void connect(DecisionReportServiceStub stub) {
        disconnect();
        var begun = new Attempt(stub);
        attempt = begun;
        stub.reportDecisions(begun);
        begun.say(
                DecisionReport.newBuilder()
                        .setReporter(
                                Reporter.newBuilder()
                                        .setNamespace(target.namespace())
                                        .setApp(target.app())
                                        .setInstance(instance)
                                        .setHostName(ReportedResource.label(process.host()))
                                        .setPid(process.pid())
                                        .setSdkVersion(process.sdkVersion())
                                        .build())
                        .build());
    }

    /** Says no more; the number of instances stays. */
    void disconnect() {
        next.dispose();
        Attempt over = attempt;
        attempt = null;
        if (over != null) {
            over.end();
        }
    }

    void close() {
        disconnect();
        instances.stop();
    }

    private void direct(Attempt told, ReportDirective directive) {
        if (told != attempt) {
            return;
        }
        if (directive.getInstances() > 0) {
            instances.offer(directive.getInstances());
        }
        Duration before = told.interval;
        Duration asked = Duration.ofMillis(Integer.toUnsignedLong(directive.getIntervalMillis()));
        told.interval = asked.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : asked;
        if (asked.isZero()) {
            next.dispose();
            told.begin(null);
        } else if (told.round == null || told.round.number() != directive.getRound()) {
            next.dispose();
            told.begin(new ReportRound(directive.getRound()));
            report(told);
        } else if (!told.interval.equals(before)) {
            next.dispose();
            next = loop.schedule(told.interval, () -> report(told));
        }
    }

    private void report(Attempt on) {
        ReportRound round = on.round;
        if (on != attempt || round == null) {
            return;
        }
        next = loop.schedule(on.interval, () -> report(on));
        if (isReading || !on.unsent.isEmpty() || !on.isReady()) {
            return; // the next report says what this one would have said
        }
        isReading = true;
        try {
            scheduler.schedule(() -> read(on, round));
        } catch (RejectedExecutionException e) {
            isReading = false;
            LOG.debug("The scheduler takes no task; decisions are not reported", e);
        }
    }

    private void read(Attempt on, ReportRound round) {
        List<DecisionReport> messages = List.of();
        try {
            messages = round.messagesOf(decisions.get());
        } catch (RuntimeException | Error e) {
            if (!failed) {
                failed = true; // by one reading at a time
                LOG.warn("What {} decides cannot be reported", target, e);
            }
        }
        List<DecisionReport> read = messages;
        loop.execute(
                () -> {
                    isReading = false;
                    if (on == attempt && on.round == round) {
                        on.unsent.addAll(read);
                        on.flush();
                    }
                });
    }

    private void ended(Attempt over, Status status) {
        if (over != attempt) {
            return;
        }
        attempt = null;
        next.dispose();
        if (status.getCode() == Status.Code.UNIMPLEMENTED) {
            LOG.debug("The control plane takes no reports of decisions");
            return; // until the next connection, which may be to another one
        }
        boolean isRefusal =
                switch (status.getCode()) {
                    case PERMISSION_DENIED, UNAUTHENTICATED, INVALID_ARGUMENT, RESOURCE_EXHAUSTED ->
                            true;
                    default -> false;
                };
        if (isRefusal && !refusalTold) {
            refusalTold = true;
            LOG.info(
                    "The control plane does not take what {} decides: {}",
                    target,
                    PeerText.shown(String.valueOf(status.getDescription()), 200));
        }
        Duration pause = isRefusal ? pauses.refused() : pauses.failed();
        next = loop.schedule(Jitter.around(pause), () -> connect(over.stub));
    }

    /** One stream; hands what it hears over to the event loop, which its state is confined to. */
    private final class Attempt implements ClientResponseObserver<DecisionReport, ReportDirective> {

        private final DecisionReportServiceStub stub;
        private final Queue<DecisionReport> unsent = new ArrayDeque<>();
        private Duration interval = SHORTEST_INTERVAL;
        private @Nullable ReportRound round;
        private @Nullable ClientCallStreamObserver<DecisionReport> call;
        private boolean isOver;

        Attempt(DecisionReportServiceStub stub) {
            this.stub = stub;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DecisionReport> call) {
            this.call = call;
            call.setOnReadyHandler(() -> loop.execute(this::flush));
        }

        void begin(@Nullable ReportRound begun) {
            round = begun;
            unsent.clear();
        }

        boolean isReady() {
            return call != null && call.isReady();
        }

        void say(DecisionReport message) {
            if (call != null && !isOver) {
                call.onNext(message);
            }
        }

        void flush() {
            while (this == attempt && isReady()) {
                DecisionReport message = unsent.poll();
                if (message == null) {
                    return;
                }
                say(message);
            }
        }

        void end() {
            if (call != null && !isOver) {
                isOver = true;
                call.onCompleted();
            }
        }

        @Override
        public void onNext(ReportDirective directive) {
            loop.execute(() -> direct(this, directive));
        }

        @Override
        public void onError(Throwable error) {
            loop.execute(() -> over(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> over(Status.OK));
        }

        private void over(Status status) {
            isOver = true;
            ended(this, status);
        }
    }
}
