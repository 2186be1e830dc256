package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.metadata;
import static io.opensergo.governance.routing.Routers.router;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.VirtualWorkload;
import io.opensergo.rules.traffic.VirtualWorkload.Subset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which instances a decision leaves. */
class SelectionTest {

    /** An instance of a framework. */
    private record Instance(String name, Map<String, String> labels) {}

    private static final Instance V1 = new Instance("v1", Map.of("version", "v1", "zone", "a"));
    private static final Instance V2 = new Instance("v2", Map.of("version", "v2", "zone", "a"));
    private static final Instance PLAIN = new Instance("plain", Map.of());
    private static final List<Instance> ALL = List.of(V1, V2, PLAIN);

    private static RouteTable table(Destination destination, VirtualWorkload... workloads) {
        HttpRoute route =
                HttpRoute.builder().route(List.of(RouteDestination.of(destination))).build();
        return RouteTable.compile(
                List.of(router(List.of(), route)), List.of(workloads), WorkloadIdentity.unknown());
    }

    private static RouteDecision decide(Destination destination, VirtualWorkload... workloads) {
        return table(destination, workloads).route(RequestView.builder().build());
    }

    private static Selection<Instance> select(
            Destination destination, VirtualWorkload... workloads) {
        return decide(destination, workloads).select(ALL, Instance::labels);
    }

    private static VirtualWorkload workload(String host, Subset... subsets) {
        return VirtualWorkload.builder(metadata("w")).host(host).subsets(List.of(subsets)).build();
    }

    @Test
    void aDestinationWithoutSubsetIsEveryInstance() {
        Selection<Instance> selection = select(Destination.of("pricing"));

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.SELECTED);
        assertThat(selection.instances()).isSameAs(ALL);
        assertThat(selection.group()).hasToString("pricing");
    }

    @Test
    void anInstanceOfASubsetHasAllItsLabels() {
        Destination beta = Destination.of("pricing", "beta");
        var both =
                Subset.builder().name("beta").labels(Map.of("version", "v2", "zone", "a")).build();
        var other =
                Subset.builder().name("beta").labels(Map.of("version", "v2", "zone", "b")).build();

        assertThat(select(beta, workload("pricing", both)).instances()).containsExactly(V2);
        assertThat(select(beta, workload("pricing", other)).instances()).isEmpty();
    }

    @Test
    void aSubsetWithoutLabelsIsEveryInstance() {
        var all = Subset.builder().name("all").build();

        assertThat(select(Destination.of("pricing", "all"), workload("pricing", all)).instances())
                .isEqualTo(ALL);
    }

    @Test
    void withoutAVirtualWorkloadTheSubsetIsATag() {
        for (String tag : List.of("opensergo.io/subset", "subset", "version", "tag")) {
            var tagged = new Instance("tagged", Map.of(tag, "gray", "zone", "a"));
            List<Instance> instances = List.of(PLAIN, tagged, V1);

            Selection<Instance> selection =
                    decide(Destination.of("pricing", "gray")).select(instances, Instance::labels);

            assertThat(selection.instances()).as(tag).containsExactly(tagged);
        }
    }

    @Test
    void anInstanceWithoutATagIsOfNoSubset() {
        InstanceGroup group = decide(Destination.of("pricing", "a")).group();

        assertThat(group.contains(Map.of("zone", "a"))).isFalse();
        assertThat(group.contains(Map.of())).isFalse();
        assertThat(group.contains(Map.of("tag", "a", "version", "v1"))).isTrue();
    }

    @Test
    void aVirtualWorkloadIsFoundByEitherFormOfItsHost() {
        var beta = Subset.builder().name("beta").labels(Map.of("version", "v2")).build();

        assertThat(
                        select(
                                        Destination.of("pricing" + Routers.SUFFIX, "beta"),
                                        workload("Pricing", beta))
                                .instances())
                .containsExactly(V2);
        assertThat(
                        select(
                                        Destination.of("pricing", "beta"),
                                        workload("pricing" + Routers.SUFFIX, beta))
                                .instances())
                .containsExactly(V2);
    }

    @Test
    void aVirtualWorkloadOfAnotherNamespaceIsOfAnotherService() {
        var elsewhere =
                VirtualWorkload.builder(Metadata.of("other", "app", "w"))
                        .host("pricing")
                        .subsets(
                                List.of(
                                        Subset.builder()
                                                .name("v1")
                                                .labels(Map.of("version", "v2"))
                                                .build()))
                        .build();

        assertThat(select(Destination.of("pricing", "v1"), elsewhere).instances())
                .containsExactly(V1);
    }

    @Test
    void ofTwoSubsetsOfOneNameTheFirstCounts() {
        Selection<Instance> selection =
                select(
                        Destination.of("pricing", "beta"),
                        workload(
                                "pricing",
                                Subset.builder()
                                        .name("beta")
                                        .labels(Map.of("version", "v1"))
                                        .build()),
                        workload(
                                "pricing",
                                Subset.builder()
                                        .name("beta")
                                        .labels(Map.of("version", "v2"))
                                        .build()));

        assertThat(selection.instances()).containsExactly(V1);
    }

    @Test
    void aSubsetThatTheVirtualWorkloadLacksIsEmptyAndAWarning() {
        var stable = Subset.builder().name("stable").labels(Map.of("version", "v1")).build();
        RouteTable table = table(Destination.of("pricing", "v2"), workload("pricing", stable));

        Selection<Instance> selection =
                table.route(RequestView.builder().build()).select(ALL, Instance::labels);

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.EMPTY);
        assertThat(table.warnings())
                .singleElement()
                .asString()
                .contains("pricing" + Routers.SUFFIX, "'v2'");
        assertThat(RouteTable.empty().warnings()).isEmpty();
    }

    @Test
    void theFallbackIsUsedWhenTheSubsetHasNoInstance() {
        Selection<Instance> selection =
                select(Destination.of("pricing", "v9").orElse("pricing" + Routers.SUFFIX, "v1"));

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.FALLBACK);
        assertThat(selection.isFallback()).isTrue();
        assertThat(selection.instances()).containsExactly(V1);
        assertThat(selection.group().subset()).isEqualTo("v1");
    }

    @Test
    void theFallbackIsNotUsedWhenTheSubsetHasAnInstance() {
        Selection<Instance> selection =
                select(Destination.of("pricing", "v2").orElse("pricing", "v1"));

        assertThat(selection.isFallback()).isFalse();
        assertThat(selection.instances()).containsExactly(V2);
    }

    @Test
    void nothingIsLeftWhenBothAreEmpty() {
        Selection<Instance> selection =
                select(Destination.of("pricing", "v9").orElse("pricing", "v8"));

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.EMPTY);
        assertThat(selection.instances()).isEmpty();
        assertThat(selection.group()).hasToString("pricing/v8");
    }

    @Test
    void nothingIsLeftWhenThereIsNoFallback() {
        Selection<Instance> selection = select(Destination.of("pricing", "v9"));

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.EMPTY);
        assertThat(selection.group()).hasToString("pricing/v9");
    }

    @Test
    void aFallbackToAnotherServiceTakesItsInstances() {
        RouteDecision decision = decide(Destination.of("pricing", "v9").orElse("cart", "v1"));
        List<String> asked = new ArrayList<>();

        Selection<Instance> selection =
                decision.selectFrom(
                        host -> {
                            asked.add(host);
                            return host.equals("cart") ? List.of(V1, V2) : List.of(PLAIN);
                        },
                        Instance::labels);

        assertThat(asked).containsExactly("pricing", "cart");
        assertThat(selection.isFallback()).isTrue();
        assertThat(selection.group().host()).isEqualTo("cart");
        assertThat(selection.instances()).containsExactly(V1);
    }

    @Test
    void instancesOfOneServiceAreNotTakenForThoseOfAnother() {
        Selection<Instance> selection =
                select(Destination.of("pricing", "v9").orElse("cart", "v1"));

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.EMPTY);
        assertThat(selection.group().host()).isEqualTo("cart");
    }

    @Test
    void theFallbacksInstancesAreNotAskedForInVain() {
        RouteDecision decision = decide(Destination.of("pricing", "v1").orElse("cart", "v1"));
        List<String> asked = new ArrayList<>();

        decision.selectFrom(
                host -> {
                    asked.add(host);
                    return ALL;
                },
                Instance::labels);

        assertThat(asked).containsExactly("pricing");
    }

    @Test
    void withoutADestinationTheInstancesAreThoseOffered() {
        Selection<Instance> selection = RouteDecision.NOT_FOUND.select(ALL, Instance::labels);

        assertThat(selection.outcome()).isEqualTo(Selection.Outcome.UNROUTED);
        assertThat(selection.instances()).isSameAs(ALL);
        assertThat(selection.group()).isNull();
        assertThat(RouteDecision.NOT_FOUND.selectFrom(host -> ALL, Instance::labels).instances())
                .isEmpty();
    }
}
