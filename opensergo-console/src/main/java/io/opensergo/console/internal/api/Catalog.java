package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rules of a control plane and of the repository behind it, as a caller may see them. */
final class Catalog {

    private static final Comparator<RuleEntry> ORDER =
            Comparator.comparing((RuleEntry entry) -> entry.id().namespace())
                    .thenComparing(RuleEntry::app)
                    .thenComparing(entry -> entry.id().kind())
                    .thenComparing(entry -> entry.id().name());

    private final ControlPlane controlPlane;
    private final @Nullable RuleRepository repository;

    Catalog(ControlPlane controlPlane, @Nullable RuleRepository repository) {
        this.controlPlane = controlPlane;
        this.repository = repository;
    }

    RuleKinds kinds() {
        return controlPlane.kinds();
    }

    /** Returns a reader to which the same is a rule as to the control plane. */
    RuleReader reader() {
        return RuleReader.strict().withKinds(kinds()).withAppRequired();
    }

    /** Returns the repository; empty if the rules can only be looked at. */
    Optional<RuleRepository> repository() {
        return Optional.ofNullable(repository);
    }

    /** Returns why nothing can be changed here; {@code null} if it can. */
    @Nullable String readOnlyReason() {
        return repository == null
                ? "the console has no repository: its control plane takes rules from a source that"
                        + " the console cannot write"
                : repository.readOnlyReason();
    }

    /** Returns every rule that a caller may see, in order. */
    List<RuleEntry> rules(Identity identity) {
        Map<RuleId, Rule> inForce = new LinkedHashMap<>();
        controlPlane.rules().forEach(rule -> inForce.put(rule.id(), rule));
        List<RuleEntry> all = new ArrayList<>();
        if (repository != null) {
            for (StoredRule stored : repository.rules()) {
                all.add(new RuleEntry(stored, inForce.remove(stored.id())));
            }
        }
        inForce.values().forEach(rule -> all.add(new RuleEntry(null, rule)));
        return all.stream().filter(entry -> maySee(identity, entry)).sorted(ORDER).toList();
    }

    /**
     * Returns the rules that hold no error and that a caller may read, as they are stored, or as
     * they are in force without a store.
     */
    List<Rule> goodRules(Identity identity) {
        RuleRepository store = repository;
        Stream<? extends Rule> all =
                store == null
                        ? controlPlane.rules().stream()
                        : store.rules().stream()
                                .flatMap(stored -> Stream.ofNullable(stored.rule()));
        return all.filter(
                        rule ->
                                rule.app() != null
                                        && identity.mayRead(
                                                rule.metadata().namespace(),
                                                rule.app(),
                                                rule.kind().wireName()))
                .<Rule>map(rule -> rule)
                .toList();
    }

    /** Returns the rules of an application in force that a caller may see. */
    List<Rule> inForce(Identity identity, String namespace, String app) {
        return controlPlane.rules().stream()
                .filter(rule -> rule.metadata().namespace().equals(namespace))
                .filter(rule -> app.equals(rule.app()))
                .filter(rule -> identity.mayRead(namespace, app, rule.kind().wireName()))
                .toList();
    }

    Optional<RuleEntry> lookUp(RuleId id) {
        StoredRule stored = repository == null ? null : repository.find(id).orElse(null);
        Rule inForce =
                controlPlane.rules().stream()
                        .filter(rule -> rule.id().equals(id))
                        .findFirst()
                        .orElse(null);
        return stored == null && inForce == null
                ? Optional.empty()
                : Optional.of(new RuleEntry(stored, inForce));
    }

    /**
     * Returns a rule.
     *
     * @throws HttpProblem 404 if there is none that the caller may see
     */
    RuleEntry find(Identity identity, RuleId id) {
        return lookUp(id)
                .filter(entry -> maySee(identity, entry))
                .orElseThrow(() -> HttpProblem.notFound("there is no " + id));
    }

    /** One that says of no application is seen only by those who see all. */
    static boolean maySee(Identity identity, RuleEntry entry) {
        RuleId id = entry.id();
        return entry.app().isEmpty()
                ? identity.maySeeAll()
                : identity.mayRead(id.namespace(), entry.app(), id.kind());
    }

    static boolean mayWrite(Identity identity, RuleEntry entry) {
        RuleId id = entry.id();
        return entry.app().isEmpty()
                ? identity.maySeeAll() && identity.mayWrite(id.namespace(), "", id.kind())
                : identity.mayWrite(id.namespace(), entry.app(), id.kind());
    }

    /**
     * Returns the wire name of a kind that is named in short or in full.
     *
     * @throws HttpProblem 400 if there is none
     */
    String wireNameOf(String kind) {
        RuleKind<?> found = kinds().find(kind);
        if (found == null) {
            found = kinds().findByName(kind);
        }
        if (found == null) {
            throw HttpProblem.badRequest(
                    "there is no kind '"
                            + kind
                            + "'; expected one of "
                            + kinds().all().stream().map(RuleKind::name).toList());
        }
        return found.wireName();
    }
}
