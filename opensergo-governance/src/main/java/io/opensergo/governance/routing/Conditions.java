package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficLane.HttpTraffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Conditions compiled from rules, all of which must hold; those on this process come first. */
final class Conditions {

    private static final HttpMatch ANY = HttpMatch.builder().build();

    private final List<Condition> compiled = new ArrayList<>();

    private Conditions() {}

    /**
     * Compiles one entry of {@code match}.
     *
     * @param gateways those of the router, which hold unless the entry names its own
     */
    static List<Condition> of(HttpMatch match, List<String> gateways, WorkloadIdentity self) {
        var conditions = new Conditions();
        conditions.addGateways(match.gateways().isEmpty() ? gateways : match.gateways(), self);
        conditions.addSource(match, self);
        if (match.port() != null) {
            conditions.compiled.add(new Condition.Port(match.port()));
        }
        boolean ignoreCase = Boolean.TRUE.equals(match.ignoreUriCase());
        conditions.addUri(match.uri(), ignoreCase);
        conditions.add(Attribute.METHOD, match.method());
        conditions.add(Attribute.SCHEME, match.scheme());
        conditions.add(Attribute.AUTHORITY, match.authority());
        conditions.addHeaders(match.headers(), false);
        conditions.addHeaders(match.withoutHeaders(), true);
        sorted(match.queryParams())
                .forEach((name, wanted) -> conditions.add(Attribute.query(name), wanted));
        return List.copyOf(conditions.compiled);
    }

    /** Compiles what a router without an entry of {@code match} asks for. */
    static List<Condition> ofAny(List<String> gateways, WorkloadIdentity self) {
        return of(ANY, gateways, self);
    }

    /** Compiles the condition of a lane. */
    static List<Condition> of(HttpTraffic traffic) {
        var conditions = new Conditions();
        conditions.addUri(traffic.uri(), false);
        conditions.addHeaders(traffic.headers(), false);
        return List.copyOf(conditions.compiled);
    }

    private void addGateways(List<String> names, WorkloadIdentity self) {
        if (!names.isEmpty()) {
            boolean holds = names.stream().anyMatch(self::isGateway);
            String found =
                    self.gateways().isEmpty() ? null : new TreeSet<>(self.gateways()).toString();
            compiled.add(
                    new Condition.OfProcess(
                            "gateway of this process", "one of " + names, found, holds));
        }
    }

    private void addSource(HttpMatch match, WorkloadIdentity self) {
        sorted(match.sourceLabels()).forEach((key, wanted) -> addSourceLabel(key, wanted, self));
        String namespace = match.sourceNamespace();
        if (namespace != null) {
            addOfProcess("namespace of this process", namespace, self.namespace());
        }
    }

    private void addSourceLabel(String key, String wanted, WorkloadIdentity self) {
        addOfProcess("label " + key + " of this process", wanted, self.labels().get(key));
    }

    private void addOfProcess(String subject, String wanted, @Nullable String found) {
        compiled.add(
                new Condition.OfProcess(
                        subject,
                        TextTest.of(StringMatch.exact(wanted)).toString(),
                        found,
                        wanted.equals(found)));
    }

    private void addUri(@Nullable StringMatch wanted, boolean ignoreCase) {
        if (wanted != null) {
            TextTest test = ignoreCase ? TextTest.ignoringCase(wanted) : TextTest.of(wanted);
            compiled.add(new Condition.Text(Attribute.PATH, test, false));
        }
    }

    private void add(Attribute attribute, @Nullable StringMatch wanted) {
        if (wanted != null) {
            compiled.add(new Condition.Text(attribute, TextTest.of(wanted), false));
        }
    }

    private void addHeaders(Map<String, StringMatch> headers, boolean unwanted) {
        sorted(headers)
                .forEach(
                        (name, match) ->
                                compiled.add(
                                        new Condition.Text(
                                                Attribute.header(name),
                                                TextTest.of(match),
                                                unwanted)));
    }

    /** Explanations list conditions in the same order each time. */
    private static <V> Map<String, V> sorted(Map<String, V> byName) {
        return byName.size() > 1 ? new TreeMap<>(byName) : byName;
    }
}
