package io.opensergo.client;

import io.opensergo.api.DecisionReport.Problem;
import io.opensergo.api.DecisionReport.Resource;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.KindVersion;
import io.opensergo.proto.internal.decision_report.v1.PlanInForce;
import io.opensergo.proto.internal.decision_report.v1.PlanProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the messages of one round of reports: names each resource once, and says by how much its
 * counts have risen since the report before. The first report of a round says no counts, so that
 * what was decided before anybody looked is no peak. For one thread at a time.
 */
final class ReportRound {

    /** So many resources are reported, the first of the report. */
    static final int MOST_RESOURCES = 10_000;

    private static final int MOST_PROBLEMS = 20;
    private static final int MOST_KINDS = 100;
    private static final int MOST_ADAPTERS = 10;

    /** A message is sent when it is as large; the control plane takes no large ones. */
    private static final int MESSAGE_BYTES = 32 * 1024;

    private record Key(String name, boolean outbound) {}

    private final int number;
    private final Map<Key, ReportedResource> resources = new LinkedHashMap<>();
    private @Nullable PlanInForce plan;
    private List<DecisionReport> messages = new ArrayList<>();
    private DecisionReport.Builder message = DecisionReport.newBuilder();
    private int bytes;

    ReportRound(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** Returns what is to be sent; at least one message. */
    List<DecisionReport> messagesOf(io.opensergo.api.DecisionReport report) {
        messages = new ArrayList<>();
        begin();
        boolean isFirst = plan == null;
        int leftOut = 0;
        for (Resource resource : report.resources()) {
            leftOut += add(resource, isFirst) ? 0 : 1;
        }
        PlanInForce now = planOf(report, leftOut);
        if (!now.equals(plan)) {
            plan = now;
            message.setPlan(now);
        }
        messages.add(message.build());
        return messages;
    }

    private void begin() {
        message = DecisionReport.newBuilder().setRound(number);
        bytes = 0;
    }

    /** Returns whether there is room for it; the next round has room for what is there then. */
    private boolean add(Resource resource, boolean isFirst) {
        var key = new Key(resource.name(), resource.outbound());
        ReportedResource reported = resources.get(key);
        if (reported == null) {
            if (resources.size() == MOST_RESOURCES) {
                return false;
            }
            reported = new ReportedResource(resources.size());
            resources.put(key, reported);
        }
        bytes += reported.write(resource, isFirst, message);
        if (bytes > MESSAGE_BYTES) {
            messages.add(message.build());
            begin();
        }
        return true;
    }

    private static PlanInForce planOf(io.opensergo.api.DecisionReport report, int leftOut) {
        PlanInForce.Builder plan =
                PlanInForce.newBuilder().setNumber(report.plan()).setResourcesLeftOut(leftOut);
        report.adapters().stream()
                .sorted()
                .limit(MOST_ADAPTERS)
                .forEach(each -> plan.addAdapters(ReportedResource.label(each)));
        report.versions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MOST_KINDS)
                .forEach(
                        each ->
                                plan.addVersions(
                                        KindVersion.newBuilder()
                                                .setKind(ReportedResource.label(each.getKey()))
                                                .setVersion(each.getValue())));
        for (Problem problem : report.problems().stream().limit(MOST_PROBLEMS).toList()) {
            plan.addProblems(
                    PlanProblem.newBuilder()
                            .setType(ReportedResource.label(problem.type()))
                            .setRule(ReportedResource.label(problem.rule()))
                            .setMessage(ReportedResource.label(problem.message())));
        }
        return plan.build();
    }
}
