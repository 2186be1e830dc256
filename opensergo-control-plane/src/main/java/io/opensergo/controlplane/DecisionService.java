package io.opensergo.controlplane;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc;
import io.opensergo.proto.internal.decision_report.v1.ReportDirective;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC service by which governors tell what they decide. */
final class DecisionService extends DecisionReportServiceGrpc.DecisionReportServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(DecisionService.class);

    private final Decisions decisions;
    private final AccessControl access;
    private final Tasks tasks;
    private final Duration silence;
    private final LogLimit refusals = new LogLimit(1, 60);

    /**
     * @param silence how long a stream may be there before it is said who reports
     */
    DecisionService(Decisions decisions, AccessControl access, Tasks tasks, Duration silence) {
        this.decisions = decisions;
        this.access = access;
        this.tasks = tasks;
        this.silence = silence;
    }

    @Override
    public StreamObserver<DecisionReport> reportDecisions(StreamObserver<ReportDirective> reply) {
        var call = (ServerCallStreamObserver<ReportDirective>) reply;
        call.disableAutoRequest();
        call.setOnCancelHandler(() -> {}); // Call tells of each end; gRPC would throw otherwise
        var stream = new DecisionStream(decisions, access, tasks, Caller.current(), call);
        String refusal = decisions.admit(stream);
        if (refusal != null) {
            refusals.log(
                    more ->
                            LOG.warn(
                                    "Reports of {} are refused: {}{}",
                                    stream.caller(),
                                    refusal,
                                    more));
            call.onError(Status.RESOURCE_EXHAUSTED.withDescription(refusal).asRuntimeException());
            return new Refused();
        }
        Call.current().onEnd(() -> decisions.run(() -> decisions.left(stream)));
        tasks.later(() -> decisions.run(stream::endIfSilent), silence.toNanos());
        call.request(1);
        return stream;
    }

    /** Hears of what a client goes on saying that was refused. */
    private static final class Refused implements StreamObserver<DecisionReport> {

        @Override
        public void onNext(DecisionReport report) {
            // nothing is read
        }

        @Override
        public void onError(Throwable error) {
            // it is over
        }

        @Override
        public void onCompleted() {
            // it is over
        }
    }
}
