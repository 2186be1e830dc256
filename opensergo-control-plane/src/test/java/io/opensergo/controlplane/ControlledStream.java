package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** A stream of a client, whose transport and timers do what the test says. */
abstract class ControlledStream {

    static final String HOST = "10.0.0.1";
    static final Caller CALLER = new Caller("", HOST, HOST + ":1");
    static final ControlPlaneDesc DESCRIPTION =
            ControlPlaneDesc.newBuilder().setIdentifier("test").build();
    static final String THROTTLING = ThrottlingStrategy.KIND.wireName();
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final ServerLimits limits =
            new ServerLimits(
                    1000,
                    1000,
                    100,
                    10_000,
                    Duration.ofSeconds(30),
                    10,
                    10,
                    Duration.ofSeconds(10),
                    1 << 24);
    final Later later = new Later();
    final Counters counters = new Counters();
    final RuleStore store = new RuleStore(RuleKinds.standard(), InstantSource.system());
    final Contribution source = store.add("test");
    final Subscribers subscribers = new Subscribers(limits);
    final SharedByStreams shared =
            SharedByStreams.of(
                    limits,
                    counters,
                    InstantSource.system(),
                    new Tasks(later, Runnable::run),
                    subscribers,
                    new AccessControl(null, counters),
                    RuleKinds.standard(),
                    new PushSource(store, limits.maxPushBytes(), counters, DESCRIPTION),
                    DESCRIPTION);
    final Transport transport = new Transport();
    final Calls calls =
            new Calls(10, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(30), counters);
    final Call call = newCall(transport);
    final Subscriber subscriber = new Subscriber(shared, 1, CALLER, transport, call);

    Call newCall(Transport transport) {
        var newCall = new Call(calls, false, System.nanoTime());
        newCall.servedBy(transport.serverCall());
        return newCall;
    }

    void open() {
        assertThat(subscribers.admit(subscriber)).isNull();
        subscriber.open();
    }

    @AfterEach
    void stop() {
        later.shutdownNow();
    }

    void putMany(long threshold) {
        put(100, threshold);
    }

    void put(int count, long threshold) {
        List<Rule> rules =
                IntStream.range(0, count)
                        .mapToObj(i -> (Rule) rateLimit("rule-" + i, threshold))
                        .toList();
        subscribers.changed(store.apply(source, rules, Set.of()));
    }

    /** A row of two pushes, of which the client has not read the first and not got the second. */
    void openInTheMiddleOfARow() {
        put(1000, 1);
        open();
        transport.ready = false;
        subscriber.onNext(subscribe(RATE_LIMIT, THROTTLING));
        assertThat(transport.sent).hasSize(1);
        assertThat(RevisionDetail.kindsToFollow(transport.sent.get(0).getStatus().getDetailsList()))
                .containsExactly(THROTTLING);
    }

    static SubscribeRequest subscribe(String... kinds) {
        return TestClient.subscribe("1", "foo-app", kinds);
    }

    static SubscribeRequest unsubscribe(String... kinds) {
        return TestClient.unsubscribe("foo-app", kinds);
    }

    long unread() {
        return subscriber.unreadFor(Duration.ofSeconds(1), System.nanoTime() + 2 * SECOND);
    }

    void assertHasAllItsPlaces() {
        assertThat(shared.unread().acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();
        shared.unread().release("others", 2 * ServerLimits.maxUnreadBytes());
        assertThat(shared.unread().excess()).isZero();
    }
}
