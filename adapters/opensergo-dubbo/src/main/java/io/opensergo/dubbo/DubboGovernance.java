package io.opensergo.dubbo;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.WorkloadIdentity;
import java.util.Optional;
import java.util.Set;
import org.apache.dubbo.common.beans.factory.ScopeBeanFactory;
import org.apache.dubbo.common.resource.Disposable;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.jspecify.annotations.Nullable;

/**
 * The governance of one Dubbo application: a client of the control plane and a governor, made when
 * Dubbo first exports or refers to a service, and closed when the application is destroyed. Each
 * application of a process has its own. Safe for use by many threads.
 */
public final class DubboGovernance {

    /** What is done of the actions of a route; the rest becomes problems of the plan. */
    private static final Set<RouteAction> HONOURED =
            Set.of(
                    RouteAction.TIMEOUT,
                    RouteAction.RETRIES,
                    RouteAction.MIRROR,
                    RouteAction.FAULT_DELAY,
                    RouteAction.FAULT_ABORT,
                    RouteAction.REQUEST_HEADERS);

    /** Guards that no application is given two of them. */
    private static final Object STARTING = new Object();

    private final OpenSergoClient client;
    private final Governor governor;
    private final Outcomes outcomes;
    private final Guards inbound;
    private final Guards outbound;
    private final Mirrors mirrors = new Mirrors();
    private final ServiceReports reports;

    private DubboGovernance(
            ApplicationModel application, DubboSettings settings, OpenSergoClient client) {
        this.client = client;
        reports = new ServiceReports(application, client);
        GovernorBuilder builder =
                Governor.builder()
                        .client(client)
                        .acceptColours(settings.acceptColours())
                        .preferBaseline(settings.preferBaseline())
                        .workload(
                                WorkloadIdentity.of(
                                        client.target().namespace(), settings.labels()));
        Integer instances = settings.instances();
        if (instances != null) {
            builder.instances(() -> instances);
        }
        governor = builder.build();
        governor.honours("Dubbo", HONOURED);
        outcomes = new Outcomes(settings.businessExceptionsAreErrors());
        inbound = new Guards(governor, TrafficDirection.INBOUND);
        outbound = new Guards(governor, TrafficDirection.OUTBOUND);
    }

    /**
     * Returns the governance of an application; empty if neither its settings nor the environment
     * name a control plane. The first call starts it.
     *
     * @throws ConfigurationException if a setting cannot be used; so does the export of and the
     *     reference to a service
     */
    public static Optional<DubboGovernance> of(ApplicationModel application) {
        return Optional.ofNullable(find(application));
    }

    /** Returns the client, which is closed with the application. */
    public OpenSergoClient client() {
        return client;
    }

    /** Returns the governor, which is closed with the application. */
    public Governor governor() {
        return governor;
    }

    /**
     * Returns the governance of an application, or {@code null} if it has none; that it has none is
     * not kept, since its settings may be still to come.
     */
    static @Nullable DubboGovernance find(ApplicationModel application) {
        if (application.isInternal() || application.isDestroyed()) {
            return null;
        }
        ScopeBeanFactory beans = application.getBeanFactory();
        synchronized (STARTING) {
            Slot slot = beans.getBean(Slot.class);
            if (slot == null) {
                DubboGovernance started = start(application);
                if (started == null) {
                    return null;
                }
                slot = new Slot(started);
                keep(slot, beans);
            }
            return slot.governance;
        }
    }

    private static void keep(Slot slot, ScopeBeanFactory beans) {
        try {
            beans.registerBean(slot);
        } catch (RuntimeException e) { // the application was destroyed meanwhile
            slot.destroy();
            throw e;
        }
    }

    private static @Nullable DubboGovernance start(ApplicationModel application) {
        DubboSettings settings = DubboSettings.of(application);
        return settings.connect()
                .map(client -> new DubboGovernance(application, settings, client))
                .orElse(null);
    }

    Outcomes outcomes() {
        return outcomes;
    }

    Guards inbound() {
        return inbound;
    }

    Guards outbound() {
        return outbound;
    }

    Mirrors mirrors() {
        return mirrors;
    }

    ServiceReports reports() {
        return reports;
    }

    private void close() {
        reports.close();
        governor.close();
        client.close();
    }

    /** Where an application keeps its governance; Dubbo destroys it with the application. */
    private static final class Slot implements Disposable {

        private final DubboGovernance governance;

        private Slot(DubboGovernance governance) {
            this.governance = governance;
        }

        @Override
        public void destroy() {
            governance.close();
        }
    }
}
