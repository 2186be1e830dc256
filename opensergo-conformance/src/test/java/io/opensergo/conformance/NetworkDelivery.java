package io.opensergo.conformance;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.conformance.governor.RuleDelivery;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.Plan;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Delivers rules the whole way: documents into the source of a control plane, over a socket into a
 * client, and from it into the governor. Each delivery is for an application of its own.
 */
final class NetworkDelivery implements RuleDelivery {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final OpenSergoClient client;
    private final Consumer<RuleDocuments> source;
    private final Target target;

    /**
     * Makes a delivery to an application.
     *
     * @param source takes the documents of all rules
     */
    NetworkDelivery(OpenSergoClient client, Consumer<RuleDocuments> source, String app) {
        this.client = client;
        this.source = source;
        this.target = Target.of(app);
    }

    @Override
    public void connect(GovernorBuilder settings) {
        settings.client(client, target);
    }

    @Override
    public void deliver(RuleDocuments rules, Governor governor) {
        RuleDocuments bound = rules.boundTo(target.app());
        source.accept(bound);
        Map<String, Long> versions = new HashMap<>();
        for (RuleKind<?> kind : governedKinds()) {
            versions.put(kind.name(), versionWith(rulesOf(kind, bound), kind));
        }
        Plan plan =
                governor.plans()
                        .filter(each -> each.versions().equals(versions))
                        .blockFirst(PATIENCE);
        Objects.requireNonNull(plan, "the governor was closed");
    }

    /** Waits until the client has these rules and returns the version they have there. */
    private long versionWith(Set<Rule> rules, RuleKind<?> kind) {
        RuleSnapshot<?> snapshot =
                client.rules(target, kind)
                        .filter(each -> Set.copyOf(each.rules()).equals(rules))
                        .blockFirst(PATIENCE);
        return Objects.requireNonNull(snapshot, "the client was closed").version();
    }

    private Set<Rule> rulesOf(RuleKind<?> kind, RuleDocuments documents) {
        return documents.rules().stream()
                .filter(rule -> rule.kind().equals(kind))
                .filter(rule -> target.app().equals(rule.app()))
                .filter(rule -> rule.metadata().namespace().equals(Metadata.DEFAULT_NAMESPACE))
                .collect(Collectors.toSet());
    }

    static List<RuleKind<?>> governedKinds() {
        return RuleKinds.standard().all().stream()
                .filter(kind -> !kind.apiVersion().startsWith("database."))
                .toList();
    }
}
