package io.opensergo.controlplane;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataReply;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.InvalidRuleException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC service by which applications tell what they serve. */
final class MetadataService extends MetadataServiceGrpc.MetadataServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(MetadataService.class);
    private static final int MAX_INSTANCES = 10_000;
    private static final long MAX_BYTES =
            Math.min(64L * 1024 * 1024, ServerLimits.shareOfMemory(16));

    private final AccessControl access;
    private final InstantSource clock;
    private final ReportedApplications reports = new ReportedApplications(MAX_INSTANCES, MAX_BYTES);

    private final Counters counters;
    private final LogLimit forgotten = new LogLimit(1, 60);

    MetadataService(AccessControl access, Counters counters, InstantSource clock) {
        this.access = access;
        this.counters = counters;
        this.clock = clock;
    }

    @Override
    public void reportMetadata(
            ReportMetadataRequest request, StreamObserver<ReportMetadataReply> reply) {
        Status refusal = take(request, Caller.current());
        if (refusal != null) {
            reply.onError(refusal.asRuntimeException());
            return;
        }
        reply.onNext(ReportMetadataReply.getDefaultInstance());
        reply.onCompleted();
    }

    private @Nullable Status take(ReportMetadataRequest request, Caller caller) {
        try {
            if (!access.mayReport(caller, request.getAppName())) {
                return Status.PERMISSION_DENIED.withDescription(
                        "'" + caller.principal() + "' may not report on this application");
            }
            ReportedApplications.Taken taken = reports.put(request, caller, clock.instant());
            if (taken.isNew()) {
                LOG.debug("{} reports on '{}'", caller, request.getAppName());
            }
            if (taken.forgotten() > 0) {
                counters.reportsForgotten.add(taken.forgotten());
                forgotten.log(
                        more ->
                                LOG.warn(
                                        "Too many reports of applications are kept: the oldest of"
                                                + " the client that has most are forgotten; last"
                                                + " reported {}{}",
                                        caller,
                                        more));
            }
            return null;
        } catch (AccessControl.UndecidedException e) {
            return e.status();
        } catch (InvalidRuleException e) {
            return Status.INVALID_ARGUMENT.withDescription(e.getMessage());
        }
    }

    List<ReportedApplication> reports() {
        return reports.all();
    }
}
