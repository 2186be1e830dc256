package io.opensergo.testcontrolplane;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Plan;
import io.opensergo.rules.document.RuleDocumentException;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients see of each fault, and that they find their way back. */
class TestControlPlaneTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private TestControlPlane controlPlane;
    private OpenSergoClient client;
    private Governor governor;

    private static String limit(String resource) {
        return """
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: FaultToleranceRule
        metadata: {name: protect, labels: {app: shop}}
        spec:
          targets: [{targetResourceName: "%s"}]
          strategies: [{name: two, kind: RateLimitStrategy}]
        ---
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: RateLimitStrategy
        metadata: {name: two, labels: {app: shop}}
        spec: {metricType: RequestAmount, limitMode: Local, threshold: 2, statDurationSeconds: 3600}
        """
                .formatted(resource);
    }

    @BeforeEach
    void start() {
        controlPlane = TestControlPlane.start();
        controlPlane.put(limit("orders"));
        client = OpenSergoClients.connect(controlPlane.endpoint());
        governor = Governor.of(client, Target.of("shop"));
        governor.ready().block(PATIENCE);
    }

    @AfterEach
    void stop() {
        governor.close();
        client.close();
        controlPlane.close();
    }

    @Test
    void rulesComeAndAreEdited() {
        assertThat(governor.guard("orders")).admits(2).thenRefusesBy("two");

        controlPlane.replaceAll(limit("prices"));

        awaitPlan(plan -> plan.resources().contains("prices"));
        assertThat(governor.guard("orders")).isUnprotected();
        assertThat(governor.guard("prices")).admits(2).thenRefusesBy("two");
    }

    @Test
    void clientThatIsDisconnectedComesAgain() {
        controlPlane.disconnect();
        controlPlane.replaceAll(limit("prices"));

        awaitPlan(plan -> plan.resources().contains("prices"));
        awaitState(ConnectionState.Phase.READY);
    }

    @Test
    void controlPlaneThatIsStoppedIsAwayAndItsRulesStayInForce() {
        controlPlane.stop();

        awaitState(ConnectionState.Phase.RECOVERING);
        assertThat(governor.guard("orders")).admits(2).thenRefusesBy("two");
        assertThatThrownBy(controlPlane::status).hasMessageContaining("restart it");
        controlPlane.replaceAll(limit("prices"));
        controlPlane.restart();
        awaitPlan(plan -> plan.resources().contains("prices"));
    }

    @Test
    void restartKeepsThePortAndTheRules() {
        int port = controlPlane.port();
        String before = controlPlane.status().identifier();

        controlPlane.restart();

        assertThat(controlPlane.port()).isEqualTo(port);
        assertThat(controlPlane.status().identifier()).isNotEqualTo(before);
        awaitState(ConnectionState.Phase.READY);
        assertThat(governor.guard("orders")).admits(2).thenRefusesBy("two");
    }

    @Test
    void editDuringASilenceArrivesWhenItIsOver() {
        controlPlane.fallSilent();
        controlPlane.replaceAll(limit("prices"));
        assertThat(governor.plan().resources()).containsExactly("orders");

        controlPlane.speakAgain();

        awaitPlan(plan -> plan.resources().contains("prices"));
    }

    @Test
    void clientThatComesDuringASilenceWaits() {
        controlPlane.fallSilent();
        try (OpenSergoClient late = OpenSergoClients.connect(controlPlane.endpoint());
                Governor waiting = Governor.of(late, Target.of("shop"))) {
            assertThat(waiting.plan().resources()).isEmpty();

            controlPlane.speakAgain();

            waiting.ready().block(PATIENCE);
            assertThat(waiting).protects("orders");
        }
    }

    @Test
    void clientThatIsRefusedSaysSoUntilItIsAdmitted() {
        controlPlane.refuse();

        awaitState(ConnectionState.Phase.REFUSED);
        assertThat(governor.guard("orders")).admits(2).thenRefusesBy("two");
        controlPlane.admit();
        awaitState(ConnectionState.Phase.READY);
    }

    @Test
    void silenceAndClosingDoNotWaitForEachOther() {
        controlPlane.fallSilent();

        controlPlane.close();
        controlPlane.close();

        awaitState(ConnectionState.Phase.RECOVERING);
    }

    @Test
    void ruleThatIsNotValidIsRefusedAtOnce() {
        assertThatThrownBy(() -> controlPlane.put("kind: Nothing"))
                .isInstanceOf(RuleDocumentException.class)
                .hasMessageContaining("documents:1:1");
        assertThat(governor.plan().resources()).containsExactly("orders");
    }

    private void awaitPlan(Predicate<Plan> isMeant) {
        assertThat(governor.plans().filter(isMeant).blockFirst(PATIENCE)).isNotNull();
    }

    private void awaitState(ConnectionState.Phase phase) {
        assertThat(client.states().filter(state -> state.phase() == phase).blockFirst(PATIENCE))
                .isNotNull();
    }
}
