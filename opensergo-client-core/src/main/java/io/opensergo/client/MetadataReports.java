package io.opensergo.client;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ReportRefusedException;
import io.opensergo.proto.ApplicationMetadataMapping;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc.MetadataServiceStub;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataReply;
import io.opensergo.rules.contract.ApplicationMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.MonoSink;

/**
 * What the applications of this process say of themselves, said again on each connection. Confined
 * to the event loop.
 */
final class MetadataReports {

    private static final Logger LOG = LoggerFactory.getLogger(MetadataReports.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final EventLoop loop;
    private final Duration retryInterval;
    private final Duration repeatInterval;
    private final Map<String, Report> byApp = new LinkedHashMap<>();

    /** Of the connection that stands, if one does. */
    private @Nullable MetadataServiceStub stub;

    private boolean closed;

    /**
     * Both intervals are give or take a quarter.
     *
     * @param retryInterval when to try again after a failure that is not the connection's
     * @param repeatInterval when to say it again, so that the control plane knows who is there
     *     still, and so that a refusal may be mended
     */
    MetadataReports(EventLoop loop, Duration retryInterval, Duration repeatInterval) {
        this.loop = loop;
        this.retryInterval = retryInterval;
        this.repeatInterval = repeatInterval;
    }

    /** Says something of an application, in place of what was said of it before. */
    void put(ApplicationMetadata metadata, MonoSink<Void> waiter) {
        if (closed) {
            waiter.error(new ClientClosedException());
            return;
        }
        Report report = byApp.computeIfAbsent(metadata.app(), app -> new Report());
        report.waiters.add(waiter);
        report.replaceBy(metadata);
        report.send();
    }

    void stopWaiting(ApplicationMetadata metadata, MonoSink<Void> waiter) {
        Report report = byApp.get(metadata.app());
        if (report != null) {
            report.waiters.remove(waiter);
        }
    }

    void onConnected(MetadataServiceStub stub) {
        this.stub = stub;
        byApp.values().forEach(Report::send);
    }

    void onDisconnected() {
        stub = null;
        byApp.values().forEach(Report::forgetAttempt);
    }

    void close() {
        closed = true;
        byApp.values().forEach(report -> report.fail(new ClientClosedException()));
        byApp.clear();
    }

    /** What is said of one application. */
    private final class Report {

        private final List<MonoSink<Void>> waiters = new ArrayList<>(1);
        private @Nullable ApplicationMetadata metadata;
        private @Nullable Attempt attempt;
        private Disposable next = () -> {};

        /** Whether somebody knows that it is refused. */
        private boolean refusalTold;

        void replaceBy(ApplicationMetadata newer) {
            metadata = newer;
            refusalTold = false;
        }

        void send() {
            forgetAttempt();
            if (stub != null && metadata != null) {
                var started = new Attempt(this);
                attempt = started;
                stub.withDeadlineAfter(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                        .reportMetadata(ApplicationMetadataMapping.encode(metadata), started);
            }
        }

        void forgetAttempt() {
            attempt = null;
            next.dispose();
        }

        void onEnd(Attempt ended, Status status) {
            if (ended != attempt || metadata == null) {
                return; // another connection, or another report, has taken its place
            }
            attempt = null;
            Duration pause = repeatInterval;
            if (status.isOk()) {
                refusalTold = false;
                List.copyOf(waiters).forEach(MonoSink::success);
                waiters.clear();
            } else if (isRefusal(status)) {
                refuse(metadata.app(), reason(status));
            } else {
                LOG.debug("The service metadata of '{}' was not taken: {}", metadata.app(), status);
                pause = retryInterval;
            }
            next = loop.schedule(Jitter.around(pause), this::send);
        }

        private void refuse(String app, String reason) {
            var refusal = new ReportRefusedException(app, reason);
            if (waiters.isEmpty() && !refusalTold) {
                LOG.warn("{}", refusal.getMessage());
            }
            refusalTold = true;
            fail(refusal);
        }

        void fail(Exception error) {
            List.copyOf(waiters).forEach(waiter -> waiter.error(error));
            waiters.clear();
        }
    }

    /** Whether it is the report itself that the server does not take, as it is now. */
    private static boolean isRefusal(Status status) {
        return switch (status.getCode()) {
            case UNIMPLEMENTED,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    INVALID_ARGUMENT,
                    RESOURCE_EXHAUSTED ->
                    true;
            default -> false;
        };
    }

    private static String reason(Status status) {
        if (status.getCode() == Status.Code.UNIMPLEMENTED) {
            return "it has no metadata service";
        }
        String description = status.getDescription();
        return description == null ? status.getCode().toString() : description;
    }

    /** One sending of a report; hands its end over to the event loop. */
    private final class Attempt implements StreamObserver<ReportMetadataReply> {

        private final Report report;

        Attempt(Report report) {
            this.report = report;
        }

        @Override
        public void onNext(ReportMetadataReply reply) {
            // empty; completion follows
        }

        @Override
        public void onError(Throwable error) {
            loop.execute(() -> report.onEnd(this, Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> report.onEnd(this, Status.OK));
        }
    }
}
