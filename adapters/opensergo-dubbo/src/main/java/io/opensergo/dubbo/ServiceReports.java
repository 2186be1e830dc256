package io.opensergo.dubbo;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.ReportRefusedException;
import io.opensergo.rules.contract.ApplicationMetadata;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Tells the control plane what an application provides; services that come together, together. */
final class ServiceReports {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceReports.class);
    private static final Duration COLLECT = Duration.ofMillis(500);

    private final ApplicationModel application;
    private final OpenSergoClient client;
    private final AtomicBoolean isDue = new AtomicBoolean();
    private final AtomicBoolean isRefused = new AtomicBoolean();
    private final Disposable.Swap attempt = Disposables.swap();

    ServiceReports(ApplicationModel application, OpenSergoClient client) {
        this.application = application;
        this.client = client;
    }

    /** Says a little later what there is by then. */
    void send() {
        if (isDue.compareAndSet(false, true)) {
            attempt.replace(
                    Mono.delay(COLLECT, Schedulers.boundedElastic())
                            .then(Mono.defer(() -> client.report(describe())))
                            .subscribe(nothing -> {}, this::tell));
        }
    }

    private ApplicationMetadata describe() {
        isDue.set(false);
        return ServiceContracts.of(application, client.target().app());
    }

    private void tell(Throwable error) {
        if (error instanceof ReportRefusedException) {
            if (isRefused.compareAndSet(false, true)) {
                LOG.info("{}", error.getMessage());
            }
        } else if (!(error instanceof ClientClosedException)) {
            LOG.info("What this application provides is not known to the control plane", error);
        }
    }

    void close() {
        attempt.dispose();
    }
}
