package io.opensergo.controlplane;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.PlanInForce;
import io.opensergo.proto.internal.decision_report.v1.ReportDirective;
import io.opensergo.proto.internal.decision_report.v1.Reporter;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One governor that reports. Its call is served on the thread of {@link Decisions}; what it has
 * said is guarded by the lock there.
 *
 * <p>One message is read after the other, each when the one before has been counted and the pace of
 * the stream allows it, so a client that sends much waits for itself.
 */
final class DecisionStream implements StreamObserver<DecisionReport> {

    private static final int LONGEST_NAME = 256;

    /** Ours send half of it at most. */
    static final int MOST_MESSAGE_BYTES = 512 * 1024;

    private static final int MESSAGES_PER_SECOND = 50;
    private static final int MESSAGES_AT_ONCE = 500;

    private final Decisions decisions;
    private final AccessControl access;
    private final Tasks tasks;
    private final Caller caller;
    private final ServerCallStreamObserver<ReportDirective> call;
    private final Instant connectedSince;
    private final Allowance pace;

    // By the thread of reports, or guarded by the lock of Decisions:
    private @Nullable Reporter reporter;
    private boolean isOver;
    private @Nullable ApplicationDecisions application;
    private @Nullable DecisionBudget budget;
    private @Nullable InstanceDecisions instance;
    private ReportDirective told = ReportDirective.getDefaultInstance();
    private int round;
    private long reportedAtNanos;
    private @Nullable Instant reportedAt;
    private PlanOfInstance plan = PlanOfInstance.UNKNOWN;
    private long planNumber;
    private int leftOutByClient;
    private long planBytes;

    DecisionStream(
            Decisions decisions,
            AccessControl access,
            Tasks tasks,
            Caller caller,
            ServerCallStreamObserver<ReportDirective> call) {
        this.decisions = decisions;
        this.access = access;
        this.tasks = tasks;
        this.caller = caller;
        this.call = call;
        this.connectedSince = decisions.clock().instant();
        this.pace = new Allowance(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, System.nanoTime());
    }

    Caller caller() {
        return caller;
    }

    @Override
    public void onNext(@Nullable DecisionReport report) {
        if (isOver) {
            return;
        }
        Status fault = take(report);
        if (fault != null) {
            end(fault);
            return;
        }
        long wait = pace.acquire(System.nanoTime());
        if (wait == 0) {
            call.request(1);
        } else {
            pace.take(1, System.nanoTime());
            tasks.later(() -> decisions.run(() -> call.request(1)), wait);
        }
    }

    private @Nullable Status take(@Nullable DecisionReport report) {
        if (report == null) {
            return Status.INVALID_ARGUMENT.withDescription("the report cannot be read");
        }
        if (report.getSerializedSize() > MOST_MESSAGE_BYTES) {
            return Status.INVALID_ARGUMENT.withDescription(
                    "a report has more than " + MOST_MESSAGE_BYTES + " bytes");
        }
        if (reporter == null) {
            return begin(report);
        }
        if (report.hasReporter()) {
            return Status.INVALID_ARGUMENT.withDescription("a stream is of one reporter");
        }
        String fault = decisions.take(this, report);
        return fault == null ? null : Status.INVALID_ARGUMENT.withDescription(fault);
    }

    private @Nullable Status begin(DecisionReport report) {
        Reporter said = report.getReporter();
        if (!isName(said.getNamespace()) || !isName(said.getApp()) || !isName(said.getInstance())) {
            return Status.INVALID_ARGUMENT.withDescription(
                    "the first report must name namespace, app and instance, with at most "
                            + LONGEST_NAME
                            + " characters each");
        }
        Status refusal = judge(said);
        if (refusal != null) {
            return refusal;
        }
        reporter = said;
        decisions.joined(this, said);
        return null;
    }

    private static boolean isName(String text) {
        return !text.isBlank() && text.length() <= LONGEST_NAME;
    }

    private @Nullable Status judge(Reporter said) {
        try {
            if (!access.isKnown(caller)) {
                return AccessControl.UNKNOWN_CLIENT;
            }
            return access.mayReportDecisions(caller, said.getNamespace(), said.getApp())
                    ? null
                    : Status.PERMISSION_DENIED.withDescription(
                            "'"
                                    + caller.principal()
                                    + "' may not report what this application decides");
        } catch (AccessControl.UndecidedException e) {
            return e.status();
        }
    }

    /** Ends the stream if its client may no longer report. */
    void judgeAgain() {
        Reporter said = reporter;
        Status refusal = isOver || said == null ? null : judge(said);
        if (refusal != null) {
            end(refusal);
        }
    }

    /** Ends the stream if its client has not said who reports. */
    void endIfSilent() {
        if (!isOver && reporter == null) {
            end(Status.DEADLINE_EXCEEDED.withDescription("nobody has said who reports"));
        }
    }

    void joined(ApplicationDecisions joined, DecisionBudget budgetOfAll) {
        application = joined;
        budget = budgetOfAll;
    }

    /** Returns whether another stream of the same client is of the same instance. */
    boolean isReplacedBy(DecisionStream other) {
        return reporter != null
                && other.reporter != null
                && other.caller.countedAs().equals(caller.countedAs())
                && other.reporter.getInstance().equals(reporter.getInstance());
    }

    void replaced() {
        end(Status.ABORTED.withDescription("another stream of this instance has begun"));
        forget();
        application = null;
    }

    /** Says what is wanted of the client, unless it knows; later if it does not read. */
    void direct(int intervalMillis, int instances) {
        boolean begins = intervalMillis > 0 && told.getIntervalMillis() == 0;
        var directive =
                ReportDirective.newBuilder()
                        .setIntervalMillis(intervalMillis)
                        .setRound(begins ? round + 1 : round)
                        .setInstances(instances)
                        .build();
        if (isOver || directive.equals(told) || !call.isReady()) {
            return;
        }
        if (begins) {
            round++;
            reportedAtNanos = decisions.now();
        }
        if (begins || intervalMillis == 0) {
            forget();
        }
        told = directive;
        call.onNext(directive);
    }

    private void forget() {
        if (instance != null) {
            instance.leave();
            instance = null;
        }
        if (budget != null) {
            budget.release(caller.countedAs(), planBytes);
            planBytes = 0;
        }
        plan = PlanOfInstance.UNKNOWN;
    }

    /** Counts a report; returns what is wrong with it. */
    @Nullable String count(DecisionReport report, long now) {
        if (application == null
                || budget == null
                || told.getIntervalMillis() == 0
                || report.getRound() != round) {
            return null; // it was on its way when it was wanted no more
        }
        if (instance == null) {
            instance = new InstanceDecisions(application, budget, caller.countedAs());
        }
        if (report.hasPlan()) {
            take(report.getPlan(), application, budget);
        }
        for (ResourceDeclaration each : report.getDeclarationsList()) {
            String fault = instance.declare(each);
            if (fault != null) {
                return fault;
            }
        }
        Span span = Span.of(reportedAtNanos, now);
        for (ResourceCounts each : report.getCountsList()) {
            instance.count(each, span);
        }
        application.reported(span);
        reportedAtNanos = now;
        reportedAt = decisions.clock().instant();
        return null;
    }

    private void take(PlanInForce said, ApplicationDecisions of, DecisionBudget budgetOfAll) {
        planNumber = Math.max(0, said.getNumber());
        leftOutByClient = Counted.gauge(said.getResourcesLeftOut());
        PlanOfInstance now = PlanOfInstance.of(said);
        PlanOfInstance known = of.known(now);
        budgetOfAll.release(caller.countedAs(), planBytes);
        planBytes = known == null ? now.bytes() : 0;
        if (budgetOfAll.take(caller.countedAs(), planBytes)) {
            plan = known == null ? now : known;
        } else {
            planBytes = 0;
            plan = PlanOfInstance.UNKNOWN;
        }
    }

    /** Takes back what it has said; returns the application it was of. */
    @Nullable ApplicationDecisions leave() {
        forget();
        ApplicationDecisions left = application;
        application = null;
        return left;
    }

    long entries() {
        return instance == null ? 0 : instance.size();
    }

    long leftOut() {
        return instance == null ? 0 : (long) instance.leftOut() + leftOutByClient;
    }

    ReportedDecisions.Instance view() {
        Reporter said = reporter == null ? Reporter.getDefaultInstance() : reporter;
        return new ReportedDecisions.Instance(
                ClientText.label(said.getInstance()),
                ClientText.label(said.getHostName()),
                said.getPid(),
                ClientText.label(said.getSdkVersion()),
                caller.principal(),
                caller.address(),
                connectedSince,
                reportedAt,
                plan.adapters(),
                planNumber,
                plan.versions(),
                plan.problems());
    }

    /** Ends the stream since the control plane goes. */
    void drain() {
        if (!isOver) {
            isOver = true;
            call.onCompleted();
        }
    }

    private void end(Status status) {
        if (!isOver) {
            isOver = true;
            call.onError(status.asRuntimeException());
        }
    }

    @Override
    public void onError(Throwable error) {
        isOver = true; // the end of the call, of which Call tells, forgets the rest
    }

    @Override
    public void onCompleted() {
        drain();
    }
}
