package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ReportedApplication;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What applications have reported of themselves: instances and service contracts. */
final class ApplicationsApi {

    private static final int MOST_INSTANCES = 1000;

    /** An application in a list. */
    record Summary(String app, int instances, List<String> services) {}

    /** A method of a service. */
    record Method(
            String name,
            List<String> inputTypes,
            List<String> outputTypes,
            boolean clientStreaming,
            boolean serverStreaming,
            List<String> httpMethods,
            List<String> httpPaths,
            @Nullable String description) {

        static Method of(MethodDescriptor method) {
            return new Method(
                    method.name(),
                    method.inputTypes(),
                    method.outputTypes(),
                    method.clientStreaming(),
                    method.serverStreaming(),
                    method.httpMethods(),
                    method.httpPaths(),
                    method.description());
        }
    }

    /** A service. */
    record Service(
            String name,
            List<String> protocols,
            List<Method> methods,
            @Nullable String description) {}

    /** A running instance. */
    record Instance(
            String hostName,
            long pid,
            String startTime,
            @Nullable String region,
            @Nullable String zone,
            @Nullable String tag,
            @Nullable String cluster,
            @Nullable String env,
            List<String> addresses,
            String principal,
            String remoteAddress,
            String reportedAt) {

        static Instance of(ReportedApplication report) {
            ApplicationMetadata metadata = report.metadata();
            Node node = metadata.node();
            return new Instance(
                    node.hostName(),
                    node.pid(),
                    node.startTime().toString(),
                    node.locality() == null ? null : node.locality().region(),
                    node.locality() == null ? null : node.locality().zone(),
                    node.tag(),
                    node.cluster(),
                    node.env(),
                    metadata.services().stream()
                            .flatMap(each -> each.listeningAddresses().stream())
                            .map(each -> each.address() + ":" + each.port())
                            .distinct()
                            .toList(),
                    report.principal(),
                    report.remoteAddress(),
                    report.reportedAt().toString());
        }
    }

    /** An application with all that is known of it. */
    record Detail(String app, List<Instance> instances, List<Service> services) {}

    private final ControlPlane controlPlane;

    ApplicationsApi(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    private Map<String, List<ReportedApplication>> visible(Identity identity) {
        Map<String, List<ReportedApplication>> byApp = new TreeMap<>();
        for (ReportedApplication each : controlPlane.applications()) {
            String app = each.metadata().app();
            if (identity.mayReadReports(app)) {
                byApp.computeIfAbsent(app, name -> new ArrayList<>()).add(each);
            }
        }
        return byApp;
    }

    Answer list(Exchange exchange) {
        exchange.allowQuery();
        List<Summary> apps = new ArrayList<>();
        visible(Gate.callerOf(exchange))
                .forEach(
                        (app, reports) ->
                                apps.add(
                                        new Summary(
                                                app,
                                                reports.size(),
                                                services(reports).stream()
                                                        .map(Service::name)
                                                        .toList())));
        return Answer.json(Map.of("applications", apps));
    }

    Answer one(Exchange exchange) {
        exchange.allowQuery("app");
        String app = exchange.requiredQuery("app");
        List<ReportedApplication> reports = visible(Gate.callerOf(exchange)).get(app);
        if (reports == null) {
            throw HttpProblem.notFound("no instance of '" + app + "' has reported");
        }
        return Answer.json(
                new Detail(
                        app,
                        reports.stream().limit(MOST_INSTANCES).map(Instance::of).toList(),
                        services(reports)));
    }

    /** Returns each service once for each way in which instances describe it. */
    private static List<Service> services(List<ReportedApplication> reports) {
        Set<Service> services = new LinkedHashSet<>();
        for (ReportedApplication report : reports) {
            for (ServiceMetadata metadata : report.metadata().services()) {
                for (ServiceDescriptor service : metadata.contract().services()) {
                    services.add(
                            new Service(
                                    service.name(),
                                    metadata.protocols(),
                                    service.methods().stream().map(Method::of).toList(),
                                    service.description()));
                }
            }
        }
        return List.copyOf(services);
    }
}
