package io.opensergo.console.browser;

import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.InMemoryRuleRepository;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A repository in memory whose content a source serves at once. */
final class ServedRules implements RuleRepository {

    private final RuleRepository stored = new InMemoryRuleRepository();
    private final InMemoryRuleSource source = new InMemoryRuleSource();

    InMemoryRuleSource source() {
        return source;
    }

    /** Stores a rate limit of the application {@code shop}. */
    void storeLimit(String name, int threshold) {
        commit(RuleEdit.by("test").create(limit(name, threshold)).build());
    }

    /** Stores documents. */
    void store(String... texts) {
        RuleEdit.Builder edit = RuleEdit.by("test");
        for (String text : texts) {
            edit.create(text);
        }
        commit(edit.build());
    }

    static String protection(String name, String resource, String kind, String strategy) {
        return """
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: FaultToleranceRule
        metadata: {name: %s, labels: {app: busy}}
        spec:
          targets: [{targetResourceName: "%s"}]
          strategies: [{name: %s, kind: %s}]
        """
                .formatted(name, resource, strategy, kind);
    }

    static String limit(String name, int threshold) {
        return """
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: RateLimitStrategy
        metadata:
          name: "%s"
          labels: {app: shop}
        spec:
          threshold: %d
          statDuration: 1s
          limitMode: Local
          metricType: RequestAmount
        """
                .formatted(name, threshold);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public @Nullable String readOnlyReason() {
        return null;
    }

    @Override
    public List<StoredRule> rules() {
        return stored.rules();
    }

    @Override
    public List<Problem> problems() {
        return stored.problems();
    }

    @Override
    public Optional<StoredRule> find(RuleId id) {
        return stored.find(id);
    }

    @Override
    public synchronized RuleChange commit(RuleEdit edit) {
        RuleChange change = stored.commit(edit);
        source.replaceAll(
                stored.rules().stream().map(each -> Objects.requireNonNull(each.rule())).toList());
        return change;
    }

    @Override
    public List<RuleChange> history(HistoryQuery query) {
        return stored.history(query);
    }

    @Override
    public void close() {
        stored.close();
    }
}
