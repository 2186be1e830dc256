package io.opensergo.controlplane;

import io.opensergo.proto.internal.decision_report.v1.PlanInForce;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an instance decides by; mostly the same as others of its application do. */
record PlanOfInstance(
        List<String> adapters,
        Map<String, Long> versions,
        List<ReportedDecisions.Problem> problems) {

    static final PlanOfInstance UNKNOWN = new PlanOfInstance(List.of(), Map.of(), List.of());

    private static final int MOST_ADAPTERS = 10;
    private static final int MOST_KINDS = 100;
    private static final int MOST_PROBLEMS = 20;

    static PlanOfInstance of(PlanInForce plan) {
        Map<String, Long> versions = new TreeMap<>();
        plan.getVersionsList().stream()
                .limit(MOST_KINDS)
                .forEach(each -> versions.put(ClientText.label(each.getKind()), each.getVersion()));
        return new PlanOfInstance(
                plan.getAdaptersList().stream()
                        .limit(MOST_ADAPTERS)
                        .map(ClientText::label)
                        .toList(),
                versions,
                plan.getProblemsList().stream()
                        .limit(MOST_PROBLEMS)
                        .map(
                                each ->
                                        new ReportedDecisions.Problem(
                                                ClientText.label(each.getType()),
                                                ClientText.label(each.getRule()),
                                                ClientText.label(each.getMessage())))
                        .toList());
    }

    /** What it takes, more or less. */
    long bytes() {
        long bytes = 200;
        for (String each : adapters) {
            bytes += 60 + 2L * each.length();
        }
        for (String each : versions.keySet()) {
            bytes += 120 + 2L * each.length();
        }
        for (ReportedDecisions.Problem each : problems) {
            bytes +=
                    200
                            + 2L
                                    * (each.type().length()
                                            + each.rule().length()
                                            + each.message().length());
        }
        return bytes;
    }
}
