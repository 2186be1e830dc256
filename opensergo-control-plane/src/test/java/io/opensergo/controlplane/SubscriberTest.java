package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When a stream sends what to its client, on a transport that the test controls. */
class SubscriberTest extends ControlledStream {

    /** Opens another stream, which follows the rate limits. */
    private Transport openAnother(String address) {
        var out = new Transport();
        var other = new Subscriber(shared, 2, new Caller("", HOST, address), out, newCall(out));
        assertThat(subscribers.admit(other)).isNull();
        other.open();
        other.onNext(subscribe(RATE_LIMIT));
        return out;
    }

    @Nested
    class PushesInTurn {

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
    }

    @Nested
    class ClientsThatAreStuckOrWait {

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
            assertThat(
                            shared.unread()
                                    .acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
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
            assertThat(
                            shared.unread()
                                    .acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
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
        void streamThatIsFoundNotToBeBlockedGoesOnThoughTheTransportReportsNothing() {
            openInTheMiddleOfARow();
            transport.ready = true;

            subscriber.cutForOthers(Duration.ofSeconds(1), System.nanoTime() + 2 * SECOND);

            assertThat(transport.completed).isFalse();
            assertThat(transport.sent).hasSize(2);
        }
    }

    @Nested
    class RowsOfPushes {

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
        void kindThatIsUnsubscribedFromInTheMiddleOfARowIsNotSent() {
            openInTheMiddleOfARow();

            subscriber.onNext(unsubscribe(THROTTLING));
            transport.ready = true;
            transport.tellReady();

            assertThat(transport.sent).hasSize(1);
            subscriber.complete();
            assertHasAllItsPlaces();
        }
    }
}
