package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.client.PushEvent.Result;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a listener hears of a client in the field. */
class ClientListenerTest {

    private static final Target SHOP = Target.of("shop");
    private static final RuleKey KEY = new RuleKey(SHOP, RateLimitStrategy.KIND);

    private final Events events = new Events();
    private ScriptedControlPlane server;
    private OpenSergoClient client;

    /** Keeps all events, and the threads they came on. */
    private static final class Events implements ClientListener {

        private final List<String> threads = new CopyOnWriteArrayList<>();
        private final List<PushEvent> pushes = new CopyOnWriteArrayList<>();
        private final List<LimitEvent> limits = new CopyOnWriteArrayList<>();
        private final List<String> others = new CopyOnWriteArrayList<>();
        private final List<ConnectionState> states = new CopyOnWriteArrayList<>();

        @Override
        public void onState(ConnectionState before, ConnectionState now) {
            threads.add(Thread.currentThread().getName());
            states.add(now);
        }

        @Override
        public void onReconnect(String endpoint, Duration outage) {
            others.add("reconnect " + endpoint + " " + outage.isNegative());
        }

        @Override
        public void onFollow(RuleKey key) {
            others.add("follow " + key);
        }

        @Override
        public void onForget(RuleKey key) {
            others.add("forget " + key);
        }

        @Override
        public void onPush(PushEvent push) {
            threads.add(Thread.currentThread().getName());
            pushes.add(push);
        }

        @Override
        public void onRefusal(SubscriptionRefusedException refusal) {
            others.add("refusal " + refusal.code());
        }

        @Override
        public void onSettled(RuleKey key, Duration waited, boolean replaced) {
            others.add("settled " + waited.isNegative() + " " + replaced);
        }

        @Override
        public void onLimit(LimitEvent limit) {
            limits.add(limit);
        }

        PushEvent push(int number) {
            await().until(() -> pushes.size() > number);
            return pushes.get(number);
        }

        void awaitOther(String event) {
            await().until(() -> others.contains(event));
        }
    }

    @BeforeEach
    void start() {
        server = ScriptedControlPlane.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private OpenSergoClientBuilder builder() {
        return OpenSergoClients.builder()
                .endpoints(server.endpoint())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                .answerTimeout(Duration.ofMinutes(1))
                .unsubscribeGrace(Duration.ZERO)
                .listener(events);
    }

    private Recorder<RateLimitStrategy> follow(OpenSergoClientBuilder builder) {
        client = builder.build();
        return new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
    }

    private static Any invalidLimit(String name) {
        return Any.pack(
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.newBuilder()
                        .setName(name)
                        .setThreshold(-1)
                        .setStatDuration(1)
                        .build());
    }

    private static SubscribeResponse.Builder push(long version, RateLimitStrategy... rules) {
        return ScriptedControlPlane.Stream.push(
                "default", "shop", RateLimitStrategy.KIND.wireName(), version, rules);
    }

    @Test
    void listenerOfAMissingClassKeepsTheClientNeitherFromReconnectingNorFromClosing() {
        var broken =
                new ClientListener() {
                    @Override
                    public void onState(ConnectionState before, ConnectionState now) {
                        throw new NoClassDefFoundError("a/tracer/of/another/Version");
                    }

                    @Override
                    public void onFollow(RuleKey key) {
                        throw new NoClassDefFoundError("a/tracer/of/another/Version");
                    }
                };
        client =
                OpenSergoClients.builder()
                        .endpoints(server.endpoint())
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                        .listener(broken)
                        .build();
        client.rules(SHOP, RateLimitStrategy.KIND).subscribe();
        server.stream().subscribe(0);

        server.stream().complete();
        server.stream(1).subscribe(0);
        client.close();

        await().until(server.stream(1)::isOver);
        assertThat(client.state().phase()).isEqualTo(Phase.CLOSED);
    }

    @Test
    void hearsWhatBecameOfEachPush() {
        follow(builder());
        ScriptedControlPlane.Stream stream = server.stream();
        stream.answerSubscribe(0, 1, limit("a", 5), limit("b", 5));
        stream.push(RateLimitStrategy.KIND, 2, limit("a", 5), limit("b", 5));
        SubscribeResponse.Builder partly = push(3, limit("a", 6));
        partly.getDataWithVersionBuilder().addData(invalidLimit("b"));
        stream.push(partly);
        SubscribeResponse.Builder bad = push(4);
        bad.getDataWithVersionBuilder().addData(invalidLimit("a"));
        stream.push(bad);
        stream.push(RateLimitStrategy.KIND, 1, limit("a", 7));

        PushEvent accepted = events.push(0);
        assertThat(accepted.key()).isEqualTo(KEY);
        assertThat(accepted.version()).isEqualTo(1);
        assertThat(accepted.result()).isEqualTo(Result.ACCEPTED);
        assertThat(accepted.rules()).isEqualTo(2);
        assertThat(accepted.decodeNanos()).isPositive();
        assertThat(accepted.nack()).isNull();
        assertThat(events.push(1).result()).isEqualTo(Result.UNCHANGED);
        assertThat(events.push(2).result()).isEqualTo(Result.PARTLY_REJECTED);
        assertThat(events.push(2).rules()).isEqualTo(1);
        assertThat(events.push(2).rejected()).isEqualTo(1);
        assertThat(events.push(2).nack()).contains("threshold");
        assertThat(events.push(3).result()).isEqualTo(Result.REJECTED);
        assertThat(events.push(4).result()).isEqualTo(Result.OUTDATED);
        assertThat(events.push(4).nack()).contains("older");
        assertThat(events.threads).allMatch(name -> name.matches("opensergo-client-\\d+"));
    }

    @Test
    void hearsHowLongAChangeTookButNotOfWhatWasKnownBefore() {
        follow(builder());
        server.stream().subscribe(0);
        server.stream().push(stamped(push(1, limit("a", 5)), 1));
        server.stream().push(stamped(push(2, limit("a", 6)), 60));
        server.stream().push(stamped(push(3, limit("a", 6)), 60));
        server.stream().push(stamped(push(4, limit("a", 7)), -60));
        server.stream().push(push(5, limit("a", 8)));

        assertThat(events.push(0).propagation()).isNull();
        assertThat(events.push(1).propagation())
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(100));
        assertThat(events.push(2).propagation()).isNull();
        assertThat(events.push(3).propagation()).isZero();
        assertThat(events.push(4).propagation()).isNull();
    }

    private static SubscribeResponse.Builder stamped(
            SubscribeResponse.Builder push, long secondsAgo) {
        Timestamp stamp =
                Timestamp.newBuilder()
                        .setSeconds(Instant.now().minusSeconds(secondsAgo).getEpochSecond())
                        .build();
        push.getStatusBuilder().addDetails(Any.pack(stamp));
        return push;
    }

    @Test
    void hearsOfKeysThatComeAndGoAndAreRefused() {
        Recorder<RateLimitStrategy> follower = follow(builder());
        events.awaitOther("follow " + KEY);
        follower.subscription().dispose();
        events.awaitOther("forget " + KEY);

        var refused = new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
        server.stream()
                .push(
                        SubscribeResponse.newBuilder()
                                .setAck("NACK")
                                .setNamespace("default")
                                .setApp("shop")
                                .setKind(ConcurrencyLimitStrategy.KIND.wireName())
                                .setStatus(
                                        io.opensergo.proto.internal.transport.v1.Status.newBuilder()
                                                .setCode(4002)));

        refused.end();
        events.awaitOther("refusal 4002");
        events.awaitOther("forget " + new RuleKey(SHOP, ConcurrencyLimitStrategy.KIND));
    }

    @Test
    void hearsOfStatesAndOfAConnectionMadeAgain() {
        Recorder<RateLimitStrategy> follower = follow(builder());
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);
        server.stream().fail(Status.UNAVAILABLE);

        events.awaitOther("reconnect " + server.endpoint() + " false");

        server.stream(1).answerSubscribe(0, 1, limit("a", 5));
        await().until(() -> client.state().phase() == Phase.READY);
        client.close();
        assertThat(events.states)
                .extracting(ConnectionState::phase)
                .containsExactly(
                        Phase.READY, Phase.RECOVERING, Phase.STALE, Phase.READY, Phase.CLOSED);
        assertThat(events.others).filteredOn(event -> event.startsWith("reconnect")).hasSize(1);
    }

    @Test
    void hearsThatASmallerSetHasWaited() {
        Recorder<RateLimitStrategy> follower = follow(builder().settleTime(Duration.ofMillis(50)));
        server.stream().answerSubscribe(0, 1, limit("a", 5), limit("b", 5));
        follower.get(0);
        server.stream().fail(Status.UNAVAILABLE);

        server.stream(1).answerSubscribe(0, 1, limit("a", 5));

        events.awaitOther("settled false true");
        assertThat(events.push(1).result()).isEqualTo(Result.ACCEPTED);
    }

    @Test
    void hearsThatAGrowingSetWasOvertakenByAWholeOne() {
        Recorder<RateLimitStrategy> follower = follow(builder().settleTime(Duration.ofMinutes(1)));
        server.stream().answerSubscribe(0, 1, limit("a", 5), limit("b", 5));
        follower.get(0);
        server.stream().fail(Status.UNAVAILABLE);

        server.stream(1).answerSubscribe(0, 1, limit("a", 5));
        server.stream(1).push(RateLimitStrategy.KIND, 2, limit("a", 5), limit("b", 5));

        events.awaitOther("settled false false");
    }

    @Test
    void hearsOfLimits() {
        Recorder<RateLimitStrategy> follower = follow(builder().maxKinds(1).maxRulesPerSnapshot(1));
        var refused = new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
        refused.end();
        server.stream().answerSubscribe(0, 1, limit("a", 5), limit("b", 5));
        follower.get(0);

        RuleKey other = new RuleKey(SHOP, ConcurrencyLimitStrategy.KIND);
        assertThat(events.push(0).result()).isEqualTo(Result.OVER_LIMIT);
        assertThat(events.push(0).nack()).isEqualTo("it has 2 rules, maxRulesPerSnapshot is 1");
        assertThat(events.limits)
                .containsExactly(
                        new LimitEvent(Limit.KINDS, 1, 2, other),
                        new LimitEvent(Limit.RULES_PER_SNAPSHOT, 1, 2, KEY));
    }
}
