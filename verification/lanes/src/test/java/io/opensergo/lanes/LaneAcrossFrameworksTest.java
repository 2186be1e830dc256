package io.opensergo.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.traffic.TrafficLane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A call goes from {@code entry} through four services, {@code a} of gRPC, {@code b} of Dubbo,
 * {@code c} of Vert.x and {@code d} of Spring, all of them over sockets and with the rules of one
 * control plane. Each service has an instance of the baseline and one of the lane {@code gray}, and
 * answers which instances a call has come to and with which colour.
 *
 * <p>Where the framework that serves is not the one that calls, the service hands the colour over.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LaneAcrossFrameworksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String BASELINE = "a > b > c > d";
    private static final String GRAY = "a-gray@gray > b-gray@gray > c-gray@gray > d-gray@gray";

    /** Says which calls are of the lane, to the first application only. */
    private static final String LANE =
            """
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficLane
            metadata: {name: gray, labels: {app: entry}}
            spec:
              rules:
                traffic:
                  http:
                    headers: {x-cohort: {exact: beta}}
                lane: {name: gray}
            """;

    private static final Map<String, String> OF_THE_LANE = Map.of("x-cohort", "beta");
    private static final Map<String, String> WITHOUT_TAG = Map.of();

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final List<AutoCloseable> running = new ArrayList<>();
    private GrpcService chain;

    @BeforeAll
    void start() throws Exception {
        rules.replaceAll(RuleReader.strict().read(LANE, "rules of the test").orThrow());
        int port = started(ControlPlane.builder().port(0).source(rules).start()).port();
        SpringService d = started(new SpringService(port));
        VertxService c = started(new VertxService(port, d.instances()));
        DubboService b = started(new DubboService(port, c));
        chain = started(new GrpcService(port, b));
        chain.entry()
                .plans()
                .filter(plan -> plan.versions().getOrDefault(TrafficLane.KIND.name(), 0L) > 0)
                .blockFirst(PATIENCE);
        await().atMost(PATIENCE)
                .ignoreExceptions() // until Dubbo's registry has told of all providers
                .until(
                        () ->
                                chain.call(OF_THE_LANE).equals(GRAY)
                                        && chain.call(WITHOUT_TAG).equals(BASELINE));
    }

    private <T extends AutoCloseable> T started(T service) {
        running.add(0, service);
        return service;
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable each : running) {
            each.close();
        }
    }

    @Test
    void aCallOfTheLaneMeetsItsInstanceOfEachServiceAndOneWithoutATagTheBaseline() {
        for (int i = 0; i < 50; i++) {
            assertThat(chain.call(OF_THE_LANE)).isEqualTo(GRAY);
            assertThat(chain.call(WITHOUT_TAG)).isEqualTo(BASELINE);
        }
    }

    @Test
    void aColourThatTheCallerHasGivenTravelsLikeOneOfARule() {
        assertThat(chain.call(Map.of(Instance.COLOUR, "gray"))).isEqualTo(GRAY);
    }

    @Test
    void aLaneWithoutInstancesGoesToTheBaselineWithItsColour() {
        assertThat(chain.call(Map.of(Instance.COLOUR, "gold")))
                .isEqualTo("a@gold > b@gold > c@gold > d@gold");
    }

    @Test
    void callsAtTheSameTimeDoNotSeeTheColoursOfOthers() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(() -> chain.call(OF_THE_LANE));
                calls.add(() -> chain.call(WITHOUT_TAG));
            }
            List<Future<String>> answers =
                    callers.invokeAll(calls, PATIENCE.toSeconds(), TimeUnit.SECONDS);

            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(i % 2 == 0 ? GRAY : BASELINE);
            }
        } finally {
            callers.shutdownNow();
        }
    }
}
