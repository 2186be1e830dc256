package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.proto.WireKey;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a stream holds for its client, and gives back when it ends. */
class SubscriberMemoryTest extends ControlledStream {

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

    @Nested
    class WhatIsUnread {

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
    }

    @Nested
    class StreamsThatEnd {

        @Test
        void streamThatEndsInTheMiddleOfARowGivesAllBack() {
            openInTheMiddleOfARow();

            subscriber.complete();
            call.streamClosed(io.grpc.Status.CANCELLED);

            assertHasAllItsPlaces();
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

            assertThat(
                            shared.unread()
                                    .acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
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

            assertThat(
                            shared.unread()
                                    .acquire("others", 2 * ServerLimits.maxUnreadBytes(), () -> {}))
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
    }

    @Nested
    class Keys {

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
    }
}
