package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.stub.ServerCallStreamObserver;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireKey;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One stream on a transport that the test plays. */
class SubscriberTest {

    private static final String HOST = "10.0.0.1";
    private static final Caller CALLER = new Caller("", HOST, HOST + ":1");
    private static final ControlPlaneDesc DESCRIPTION =
            ControlPlaneDesc.newBuilder().setIdentifier("test").build();
    private static final String THROTTLING = ThrottlingStrategy.KIND.wireName();
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ServerLimits limits =
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
    private final Later later = new Later();
    private final Counters counters = new Counters();
    private final RuleStore store = new RuleStore(RuleKinds.standard(), InstantSource.system());
    private final Contribution source = store.add("test");
    private final Subscribers subscribers = new Subscribers(limits);
    private final SharedByStreams shared =
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
    private final Transport transport = new Transport();
    private final Calls calls =
            new Calls(10, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(30), counters);
    private final Call call = newCall(transport);
    private final Subscriber subscriber = new Subscriber(shared, 1, CALLER, transport, call);

    private Call newCall(Transport transport) {
        var newCall = new Call(calls, false, System.nanoTime());
        newCall.servedBy(transport.serverCall());
        return newCall;
    }

    /** Opens another stream, which follows the rate limits. */
    private Transport openAnother(String address) {
        var out = new Transport();
        var other = new Subscriber(shared, 2, new Caller("", HOST, address), out, newCall(out));
        assertThat(subscribers.admit(other)).isNull();
        other.open();
        other.onNext(subscribe(RATE_LIMIT));
        return out;
    }

    private void open() {
        assertThat(subscribers.admit(subscriber)).isNull();
        subscriber.open();
    }

    @AfterEach
    void stop() {
        later.shutdownNow();
    }

    private void putMany(long threshold) {
        put(100, threshold);
    }

    private void put(int count, long threshold) {
        List<Rule> rules =
                IntStream.range(0, count)
                        .mapToObj(i -> (Rule) rateLimit("rule-" + i, threshold))
                        .toList();
        subscribers.changed(store.apply(source, rules, Set.of()));
    }

    /** A row of two pushes, of which the client has not read the first and not got the second. */
    private void openInTheMiddleOfARow() {
        put(1000, 1);
        open();
        transport.ready = false;
        subscriber.onNext(subscribe(RATE_LIMIT, THROTTLING));
        assertThat(transport.sent).hasSize(1);
        assertThat(RevisionDetail.kindsToFollow(transport.sent.get(0).getStatus().getDetailsList()))
                .containsExactly(THROTTLING);
    }

    private static SubscribeRequest subscribe(String... kinds) {
        return TestClient.subscribe("1", "foo-app", kinds);
    }

    private static SubscribeRequest unsubscribe(String... kinds) {
        return TestClient.unsubscribe("foo-app", kinds);
    }

    private boolean hasAllItsMemory() {
        long most = ServerLimits.shareOfMemory(8);
        if (!shared.memory().acquire(CALLER, most)) {
            return false;
        }
        boolean tooMuch = shared.memory().acquire(CALLER, 1);
        assertThat(tooMuch).as("more was given back than taken").isFalse();
        shared.memory().release(CALLER, most);
        return true;
    }

    @Test
    void muchIsSentOnceASecondWhateverTheClientAsksForBeside() {
        putMany(1);
        open();
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            subscriber.onNext(subscribe(RATE_LIMIT));
            subscriber.onNext(subscribe(THROTTLING));
            subscriber.onNext(unsubscribe(THROTTLING));
            subscriber.onNext(unsubscribe(RATE_LIMIT));
        }
        long seconds = (System.nanoTime() - start) / SECOND;

        assertThat(transport.sentOf(RATE_LIMIT)).isBetween(1L, 1 + seconds);
        assertThat(later.tasks.size()).isBetween(1, 1 + (int) seconds);
    }

    @Test
    void newsIsTheAnswerThatWasPutOff() {
        putMany(1);
        open();
        subscriber.onNext(subscribe(RATE_LIMIT));
        subscriber.onNext(subscribe(RATE_LIMIT));
        assertThat(later.tasks).hasSize(1);

        putMany(2);
        later.runAll();

        assertThat(transport.sentOf(RATE_LIMIT)).isEqualTo(2);
    }

    @Test
    void clientThatComesBackAtOnceGetsTheWholeStateLater() throws InterruptedException {
        putMany(1);
        open();
        subscriber.onNext(subscribe(RATE_LIMIT));
        subscriber.onNext(unsubscribe(RATE_LIMIT));
        subscriber.onNext(subscribe(RATE_LIMIT));
        assertThat(transport.sentOf(RATE_LIMIT)).isEqualTo(1);

        TimeUnit.NANOSECONDS.sleep(later.delayNanos);
        later.runAll();

        assertThat(transport.sentOf(RATE_LIMIT)).isEqualTo(2);
    }

    @Test
    void aChangeComesToAStreamOfEachConnectionBeforeTheNextOfAny() {
        put(1, 1);
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            openAnother("10.0.0.2:1").onNext = () -> served.add("many");
        }
        openAnother("10.0.0.3:1").onNext = () -> served.add("alone");

        put(1, 2);

        assertThat(served).hasSize(301);
        assertThat(served.indexOf("alone")).isLessThan(2);
    }

    @Test
    void aSweepResetsSomeStuckStreamsAndTheNextOneTheRest() {
        put(1, 1);
        for (int i = 0; i < ServerLimits.RESETS_AT_ONCE + 1; i++) {
            openAnother("10.0.0.2:1").ready = false;
        }
        put(1, 2);
        long later = System.nanoTime() + TimeUnit.HOURS.toNanos(1);

        subscribers.sweep(later);
        assertThat(counters.stuck.sum()).isEqualTo(ServerLimits.RESETS_AT_ONCE);

        subscribers.sweep(later);
        assertThat(counters.stuck.sum()).isEqualTo(ServerLimits.RESETS_AT_ONCE + 1);
    }

    @Test
    void clientThatWaitsForOthersIsNotStuck() {
        putMany(1);
        open();
        assertThat(shared.unread().acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();

        subscriber.onNext(subscribe(RATE_LIMIT));
        assertThat(transport.sent).isEmpty();
        subscribers.sweep(System.nanoTime() + TimeUnit.HOURS.toNanos(1));

        assertThat(counters.stuck.sum()).isZero();
        shared.unread().release("others", 2 * ServerLimits.maxUnreadBytes());
        assertThat(transport.sentOf(RATE_LIMIT)).isEqualTo(1);
    }

    @Test
    void whatWaitsForOthersIsSentAsItIsThen() {
        putMany(1);
        open();
        assertThat(shared.unread().acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();
        subscriber.onNext(subscribe(RATE_LIMIT));

        putMany(2);
        shared.unread().release("others", 2 * ServerLimits.maxUnreadBytes());

        assertThat(transport.sentOf(RATE_LIMIT)).isEqualTo(1);
        assertThat(TestClient.rulesOf(transport.sent.get(0)))
                .allMatch(rule -> rule.threshold() == 2);
    }

    @Test
    void nobodyMakesRoomForAClientThatWantsNothingAnyMore() {
        put(1000, 1);
        open();
        assertThat(shared.unread().acquire("others", ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();
        subscriber.onNext(subscribe(RATE_LIMIT));
        assertThat(shared.unread().excess()).isPositive();

        subscriber.onNext(unsubscribe(RATE_LIMIT));

        assertThat(shared.unread().excess()).isZero();
    }

    @Test
    void restOfARowThatWaitsForTheClientCounts() {
        openInTheMiddleOfARow();

        assertThat(unread()).isGreaterThan(transport.sent.get(0).getSerializedSize());

        transport.ready = true;
        transport.tellReady();
        assertThat(transport.sent).hasSize(2);
        subscriber.complete();
        assertHasAllItsPlaces();
    }

    @Test
    void streamThatIsFoundNotToBeBlockedGoesOnThoughTheTransportReportsNothing() {
        openInTheMiddleOfARow();
        transport.ready = true;

        subscriber.cutForOthers(Duration.ofSeconds(1), System.nanoTime() + 2 * SECOND);

        assertThat(transport.completed).isFalse();
        assertThat(transport.sent).hasSize(2);
    }

    @Test
    void kindThatIsUnsubscribedFromInTheMiddleOfARowIsNotSent() {
        openInTheMiddleOfARow();

        subscriber.onNext(unsubscribe(THROTTLING));
        transport.ready = true;
        transport.tellReady();

        assertThat(transport.sent).hasSize(1);
        subscriber.complete();
        assertHasAllItsPlaces();
    }

    @Test
    void whatAClientHasTakenIsSettledWhenItAnswersOrWithTheNextSweep() {
        openWithSomethingUnread();

        subscriber.onNext(ackOfTheLast());
        assertThat(unread()).as("an answer proves nothing").isPositive();

        transport.ready = true;
        assertThat(unread()).as("nobody has asked the transport").isPositive();
        subscriber.onNext(ackOfTheLast());
        assertThat(unread()).isZero();
        assertHasAllItsPlaces();

        transport.ready = false;
        put(1, 2);
        assertThat(unread()).isPositive();
        subscribers.sweep(System.nanoTime() + SECOND);
        assertThat(unread()).as("the transport holds it").isPositive();
        transport.ready = true;
        subscribers.sweep(System.nanoTime() + SECOND);
        assertThat(unread()).isZero();
        assertHasAllItsPlaces();
    }

    private void openWithSomethingUnread() {
        put(1, 1);
        open();
        transport.ready = false;
        subscriber.onNext(subscribe(RATE_LIMIT));
        assertThat(transport.sent).hasSize(1);
    }

    private SubscribeRequest ackOfTheLast() {
        return TestClient.ack(transport.sent.get(transport.sent.size() - 1));
    }

    private long unread() {
        return subscriber.unreadFor(Duration.ofSeconds(1), System.nanoTime() + 2 * SECOND);
    }

    @Test
    void streamThatEndsInTheMiddleOfARowGivesAllBack() {
        openInTheMiddleOfARow();

        subscriber.complete();
        call.streamClosed(io.grpc.Status.CANCELLED);

        assertHasAllItsPlaces();
    }

    private void assertHasAllItsPlaces() {
        assertThat(shared.unread().acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();
        shared.unread().release("others", 2 * ServerLimits.maxUnreadBytes());
        assertThat(shared.unread().excess()).isZero();
    }

    @Test
    void endedStreamOfAClientThatDoesNotReadCountsAndIsCut() {
        putMany(1);
        open();
        transport.ready = false;
        subscriber.onNext(subscribe(RATE_LIMIT));
        subscriber.onCompleted();

        assertThat(transport.completed).isTrue();
        assertThat(subscribers.status()).isEmpty();
        long later = System.nanoTime() + 2 * SECOND;
        assertThat(subscriber.unreadFor(Duration.ofSeconds(1), later)).isPositive();
        Runnable whenFree = () -> {};
        assertThat(shared.unread().acquire("others", ServerLimits.maxUnreadBytes(), whenFree))
                .isFalse();
        subscribers.cutWorst(shared.unread(), later);
        shared.unread().forget("others", whenFree);
        assertThat(counters.stuck.sum()).isEqualTo(1);

        call.streamClosed(io.grpc.Status.CANCELLED);

        assertThat(shared.unread().acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();
        assertThat(hasAllItsMemory()).isTrue();
    }

    @Test
    void streamThatEndsWithoutAWordGivesAllBack() {
        putMany(1);
        open();
        transport.ready = false;
        subscriber.onNext(subscribe(RATE_LIMIT));
        subscriber.complete();

        call.streamClosed(io.grpc.Status.CANCELLED);
        subscriber.forgetIfOver();

        assertThat(shared.unread().acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
                .isTrue();
    }

    @Test
    void whatComesAfterTheEndChangesNothing() {
        open();
        subscriber.onNext(TestClient.nack("", 4000, "a long reason"));
        subscriber.complete();

        subscriber.onNext(TestClient.nack("", 4000, ""));
        subscriber.onNext(subscribe(RATE_LIMIT));

        assertThat(hasAllItsMemory()).isTrue();
        assertThat(transport.sent).isEmpty();
    }

    @Test
    void streamThatIsCancelledWhileItIsPushedToEndsQuietly() {
        putMany(1);
        open();
        transport.onNext = transport::cancel;

        subscriber.onNext(subscribe(RATE_LIMIT, THROTTLING));

        assertThat(subscriber.isServed()).isFalse();
        assertThat(hasAllItsMemory()).isTrue();
    }

    @Test
    void keyThatMayBeTakenUpAgainIsCounted() {
        putMany(1);
        open();
        subscriber.onNext(subscribe(RATE_LIMIT));

        subscriber.onNext(unsubscribe(RATE_LIMIT));
        assertThat(hasAllItsMemory()).isFalse();

        subscriber.complete();
        assertThat(hasAllItsMemory()).isTrue();
    }

    @Test
    void answerToAPushOfAKeyThatIsNotFollowedAnyMoreIsNotKeptForIt() {
        open();
        subscriber.onNext(subscribe(RATE_LIMIT));
        String push = transport.sent.get(0).getResponseId();

        subscriber.onNext(unsubscribe(RATE_LIMIT));
        assertThat(hasAllItsMemory()).isTrue();
        subscriber.onNext(TestClient.nack(push, 4000, "late"));

        SubscriberStatus.Nack nack = subscriber.status().lastNack();
        assertThat(nack).isNotNull();
        assertThat(nack.version()).isZero();
    }

    @Test
    void memoryIsCountedTwoBytesACharacter() {
        assertThat(new WireKey("a", "bc", "def").bytes()).isEqualTo(12);
    }

    @Test
    void keyIsRefusedAndTheStreamGoesOnWhenThereIsNoMemory() {
        open();
        subscriber.onNext(subscribe(THROTTLING));
        shared.memory().acquire(CALLER, ServerLimits.shareOfMemory(8) - 2000);
        transport.ready = false;
        int keys = 150;

        for (int i = 0; i < keys; i++) {
            subscriber.onNext(TestClient.subscribe("1", "app-" + i, RATE_LIMIT));
        }
        transport.ready = true;
        transport.tellReady();

        assertThat(subscriber.isServed()).isTrue();
        assertThat(transport.sent).hasSize(1 + keys);
        assertThat(transport.sent.subList(2, 1 + keys))
                .allMatch(response -> response.getAck().equals(WireStatus.NACK));
        assertThat(shared.memory().acquireOfReserve(CALLER, ServerLimits.shareOfMemory(128)))
                .isTrue();
    }

    /** Runs what is to be done later when the test says so. */
    private static final class Later extends ScheduledThreadPoolExecutor {

        private final List<Runnable> tasks = new ArrayList<>();
        private long delayNanos;

        Later() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            tasks.add(task);
            delayNanos = unit.toNanos(delay);
            return super.schedule(() -> {}, 0, unit);
        }

        void runAll() {
            List<Runnable> due = List.copyOf(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
        }
    }

    /** Keeps what it is given. */
    private static final class Transport extends ServerCallStreamObserver<SubscribeResponse> {

        private final List<SubscribeResponse> sent = new ArrayList<>();
        private boolean ready = true;
        private boolean completed;
        private boolean cancelled;
        private Runnable onNext = () -> {};
        private @Nullable Runnable onCancel;
        private @Nullable Runnable onReady;

        long sentOf(String kind) {
            return sent.stream().filter(push -> push.getKind().equals(kind)).count();
        }

        /** As gRPC itself sees the call. */
        ServerCall<SubscribeRequest, SubscribeResponse> serverCall() {
            return new ServerCall<>() {
                @Override
                public boolean isReady() {
                    return Transport.this.isReady();
                }

                @Override
                public void setOnReadyThreshold(int bytes) {}

                @Override
                public void request(int count) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void sendHeaders(Metadata headers) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void sendMessage(SubscribeResponse message) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void close(io.grpc.Status status, Metadata trailers) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean isCancelled() {
                    return cancelled;
                }

                @Override
                public MethodDescriptor<SubscribeRequest, SubscribeResponse> getMethodDescriptor() {
                    return OpenSergoUniversalTransportServiceGrpc.getSubscribeConfigMethod();
                }
            };
        }

        void tellReady() {
            Runnable handler = onReady;
            if (handler != null) {
                handler.run();
            }
        }

        void cancel() {
            cancelled = true;
            Runnable handler = onCancel;
            if (handler != null) {
                handler.run();
            }
        }

        @Override
        public void onNext(SubscribeResponse response) {
            sent.add(response);
            onNext.run();
        }

        @Override
        public void onError(Throwable cause) {
            completed = true;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }

        @Override
        public boolean isReady() {
            return ready && !completed;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
            onCancel = handler;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void setOnReadyThreshold(int bytes) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void disableAutoRequest() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }
}
