package io.opensergo.spring.boot;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Plan;
import io.opensergo.governance.PlanProblem;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.ResourceStats.StrategyStats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/** What the actuator tells: of the connection, the plan and the resources. */
public final class GovernanceReport {

    private final Governor governor;
    private final @Nullable OpenSergoClient client;
    private final String source;
    private final boolean requiresRules;
    private final AtomicBoolean hasRules = new AtomicBoolean();

    /**
     * Makes one.
     *
     * @param requiresRules whether the application is out of service until there are rules
     */
    GovernanceReport(
            Governor governor,
            @Nullable OpenSergoClient client,
            String source,
            boolean requiresRules) {
        this.governor = governor;
        this.client = client;
        this.source = source;
        this.requiresRules = requiresRules;
        Disposable unused =
                governor.ready().subscribe(none -> {}, closed -> {}, () -> hasRules.set(true));
    }

    /**
     * Returns whether the application is in service: always, unless it is to wait for the first
     * rules, of the control plane or of its cache, and they have not come. What happens to the
     * control plane later does not change it.
     */
    public boolean isInService() {
        return !requiresRules || hasRules.get();
    }

    /** Returns the details of health: they say so while nothing is governed. */
    public Map<String, Object> summary() {
        Plan plan = governor.plan();
        boolean isGoverned = !plan.resources().isEmpty() || !plan.routers().isEmpty();
        var details = new LinkedHashMap<String, Object>();
        details.put("governed", isGoverned);
        details.put("rulesFrom", source);
        if (client != null) {
            details.put("connection", client.state().toString());
        }
        details.put("problems", plan.problems().size());
        return details;
    }

    /** Returns everything. */
    public Map<String, Object> full() {
        Plan plan = governor.plan();
        var report = new LinkedHashMap<>(summary());
        report.put("plan", plan.number());
        report.put("problems", plan.problems().stream().map(PlanProblem::message).toList());
        report.put("routers", plan.routers());
        var resources = new LinkedHashMap<String, Map<String, Object>>();
        for (ResourceStats stats : governor.stats()) {
            String direction = stats.direction().name().toLowerCase(Locale.ROOT);
            resources
                    .computeIfAbsent(stats.resource(), resource -> new LinkedHashMap<>())
                    .put(direction, described(stats));
        }
        report.put("resources", resources);
        return report;
    }

    private static Map<String, Object> described(ResourceStats stats) {
        var described = new LinkedHashMap<String, Object>();
        described.put("passed", stats.passed());
        described.put("rejected", stats.rejected());
        described.put("inFlight", stats.inFlight());
        List<Map<String, Object>> strategies =
                stats.strategies().stream().map(GovernanceReport::described).toList();
        described.put("strategies", strategies);
        return described;
    }

    private static Map<String, Object> described(StrategyStats stats) {
        var described = new LinkedHashMap<String, Object>();
        described.put("kind", stats.kind().documentName());
        described.put("name", stats.strategy());
        if (stats.rule() != null) {
            described.put("rule", stats.rule());
        }
        described.put("rejected", stats.rejected());
        if (stats.shadow()) {
            described.put("shadowRejected", stats.shadowRejected());
        }
        if (stats.breaker() != null) {
            described.put("breaker", stats.breaker().name());
        }
        return described;
    }
}
