package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How much what is reported takes; as the budget counts it, and as the heap does. */
class DecisionMemoryTest {

    private static final long MIB = 1024 * 1024;

    private final DecisionBudget budget = new DecisionBudget(128 * MIB);
    private final ApplicationDecisions application =
            new ApplicationDecisions(new ApplicationDecisions.Key("default", "app"), budget, 0);

    private InstanceDecisions reporting(int resources, String client) {
        var instance = new InstanceDecisions(application, budget, client);
        for (int id = 0; id < resources; id++) {
            instance.declare(ReportingInstance.declaration(id, "GET:/orders/items/" + id));
        }
        return instance;
    }

    @Test
    void whatThereIsNoRoomForIsLeftOutAndSaid() {
        var small = new DecisionBudget(64 * 1024);
        var instance =
                new InstanceDecisions(
                        new ApplicationDecisions(
                                new ApplicationDecisions.Key("default", "app"), small, 0),
                        small,
                        "hostile");
        for (int id = 0; id < 1000; id++) {
            assertThat(instance.declare(ReportingInstance.declaration(id, "r" + id))).isNull();
        }
        instance.count(ResourceCounts.newBuilder().setId(999).setPassed(1).build(), Span.of(0, 1));

        assertThat(instance.leftOut()).isBetween(900, 999);
        assertThat(small.taken()).isLessThanOrEqualTo(48 * 1024);
        assertThat(small.take("another", 10 * 1024)).isTrue();
    }

    @Test
    void whatAnInstanceHasTakenIsGivenBack() {
        InstanceDecisions instance = reporting(100, "a");
        instance.leave();
        long ofResources = budget.taken();
        InstanceDecisions again = reporting(100, "a");
        again.leave();

        assertThat(budget.taken()).isEqualTo(ofResources);
        application.forgetUnused(100 * 60 * Span.SLOT_NANOS);
        assertThat(budget.taken()).isZero();
    }

    @Test
    @Tag("extended")
    void tenThousandResourcesOfAThousandInstancesFitIntoAQuarterOf512MiB() {
        long before = used();
        List<InstanceDecisions> instances = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            InstanceDecisions instance = new InstanceDecisions(application, budget, "all");
            instances.add(instance);
            for (int id = 0; id < 10_000; id++) {
                instance.declare(DECLARATIONS.get(id));
            }
            for (int id = 0; id < 10_000; id++) {
                instance.count(
                        ResourceCounts.newBuilder().setId(id).setPassed(3).build(),
                        Span.of(i * Span.SLOT_NANOS, (i + 1) * Span.SLOT_NANOS));
            }
            assertThat(instance.leftOut()).isZero();
        }
        long taken = used() - before;
        System.out.printf(
                "10,000 resources of 1,000 instances: %d MiB of the heap, %d MiB as counted%n",
                taken / MIB, budget.taken() / MIB);

        assertThat(taken).isLessThan(128 * MIB);
        assertThat(application.view(1000 * Span.SLOT_NANOS).resources()).hasSize(10_000);
        assertThat(instances).hasSize(1000);
    }

    private static final List<ResourceDeclaration> DECLARATIONS = declarations();

    private static List<ResourceDeclaration> declarations() {
        List<ResourceDeclaration> all = new ArrayList<>();
        for (int id = 0; id < 10_000; id++) {
            all.add(ReportingInstance.declaration(id, "GET:/orders/items/" + id));
        }
        return all;
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
