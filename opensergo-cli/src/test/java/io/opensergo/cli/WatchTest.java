package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.Readiness;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.cli.Watch.Heard;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is said of kinds, by a client that does what a test tells it to. */
class WatchTest {

    private static final Target SHOP = Target.of("shop");
    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final ConnectionState READY =
            new ConnectionState(Phase.READY, "here:1", Instant.EPOCH, null);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Watch watch =
            new Watch(
                    SHOP,
                    List.of(RateLimitStrategy.KIND, ConcurrencyLimitStrategy.KIND),
                    SnapshotFormat.of(false, Help.defaultColorScheme(Help.Ansi.OFF)),
                    new PrintWriter(out),
                    new PrintWriter(err));
    private final ScriptedClient client = new ScriptedClient();

    private static final class ScriptedClient implements OpenSergoClient {

        private final Map<RuleKind<?>, Flux<?>> rules = new HashMap<>();
        private Flux<ConnectionState> states = Flux.never();
        private ConnectionState state = READY;

        @Override
        @SuppressWarnings("unchecked") // a test gives each kind snapshots of its own
        public <R extends Rule> Flux<RuleSnapshot<R>> rules(Target target, RuleKind<R> kind) {
            return (Flux<RuleSnapshot<R>>) rules.getOrDefault(kind, Flux.never());
        }

        @Override
        public ConnectionState state() {
            return state;
        }

        @Override
        public Flux<ConnectionState> states() {
            return states;
        }

        @Override
        public Target target() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Mono<Readiness> ready() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Mono<Void> report(ApplicationMetadata metadata) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private void answer(RuleKind<?> kind) {
        client.rules.put(kind, Flux.just(snapshot(kind)).concatWith(Flux.never()));
    }

    private static <R extends Rule> RuleSnapshot<R> snapshot(RuleKind<R> kind) {
        return new RuleSnapshot<>(
                SHOP, kind, 1, Origin.CONTROL_PLANE, Instant.EPOCH, List.of(), List.of());
    }

    private void refuse(RuleKind<?> kind, Duration after) {
        client.rules.put(
                kind,
                Mono.delay(after)
                        .flatMapMany(
                                tick ->
                                        Flux.error(
                                                new SubscriptionRefusedException(
                                                        new RuleKey(SHOP, kind), 4002, "no"))));
    }

    private List<String> errors() {
        return err.toString().lines().toList();
    }

    @Test
    void kindsThatAreNeitherAnsweredNorRefusedAreNamed() {
        answer(RateLimitStrategy.KIND);

        assertThat(watch.run(client, SHORT, Duration.ofSeconds(1))).isEqualTo(Heard.RULES);

        assertThat(out.toString()).contains("RateLimitStrategy of default/shop");
        assertThat(errors())
                .containsExactly(
                        "warning: no answer about ConcurrencyLimitStrategy of default/shop within"
                                + " 1s",
                        "Connected to here:1");
    }

    @Test
    void noAnswerAtAllNamesTheEndpointAndTheTime() {
        assertThat(watch.run(client, SHORT, Duration.ofMillis(1500))).isEqualTo(Heard.NOTHING);

        assertThat(errors())
                .containsExactly("error: no answer from here:1 within 1.5s", "Connected to here:1");
    }

    @Test
    void refusalsForOneReasonAreOneLineHoweverFarApartTheyCome() {
        refuse(RateLimitStrategy.KIND, Duration.ZERO);
        refuse(ConcurrencyLimitStrategy.KIND, Duration.ofMillis(700));

        assertThat(watch.run(client, SHORT, PATIENCE)).isEqualTo(Heard.NOTHING);

        assertThat(errors())
                .contains(
                        "error: every kind of default/shop: the control plane refuses this with"
                                + " code 4002: no");
        assertThat(errors()).hasSize(2);
    }

    @Test
    void refusalIsPrintedThoughAnotherKindIsNeverAnswered() {
        refuse(RateLimitStrategy.KIND, Duration.ZERO);

        watch.run(client, SHORT, Duration.ofSeconds(1));

        assertThat(errors())
                .startsWith(
                        "error: RateLimitStrategy of default/shop: the control plane refuses this"
                                + " with code 4002: no",
                        "warning: no answer about ConcurrencyLimitStrategy of default/shop within"
                                + " 1s");
    }

    @Test
    void refusalOfTheClientIsSaidBeforeTheEndAndIsTheOnlyReason() {
        client.state =
                new ConnectionState(
                        Phase.REFUSED, "here:1", Instant.EPOCH, new IllegalStateException("go"));
        client.states = Flux.just(client.state).concatWith(Flux.never());

        assertThat(watch.run(client, SHORT, PATIENCE)).isEqualTo(Heard.NOTHING);

        assertThat(errors()).containsExactly("error: go");
    }
}
