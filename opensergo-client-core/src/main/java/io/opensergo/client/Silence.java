package io.opensergo.client;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfo;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.proto.internal.control_plane.v1.GetControlPlaneInfoRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * What it means that the control plane of one stream is silent about a key. Made anew for each
 * stream; confined to the event loop.
 *
 * <p>The public control plane says nothing about keys without rules, so its silence is an answer.
 * One of this library answers each subscription, so its silence means that it is slow, or its
 * machine or the network is. Which of them it is cannot be told by waiting: it is asked.
 *
 * <p><b>If that has no answer either.</b> A gateway may pass the stream on, and hang on or refuse
 * the question, whose service it does not know. A control plane of this library that serves the
 * stream answers a unary call sooner or later, so {@value #MAX_FAILURES} failures on one stream
 * mean that it is another one. With the deadlines and pauses here that is after 5 to 8 seconds if
 * each attempt fails at once, and after 35 to 38 if each hangs: later than a dead peer is found by
 * the default keepalive, which ends the stream.
 */
final class Silence {

    /** What silence means. */
    enum Meaning {
        /** The control plane has not been asked yet, or has not answered. */
        UNKNOWN,
        /** There are no rules. */
        NO_RULES,
        /** Nothing: the answer is on its way. */
        NOTHING
    }

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

    /** How often in a row the question may fail on one stream. */
    private static final int MAX_FAILURES = 3;

    private final EventLoop loop;
    private final Duration answerTimeout;
    private final Duration firstPause;
    private final Runnable onLearned;
    private Meaning meaning = Meaning.UNKNOWN;
    private @Nullable Inquiry inquiry;
    private int failures;
    private Disposable retry = () -> {};

    /**
     * @param onLearned called when the meaning was learned, or it is time to ask again
     */
    Silence(EventLoop loop, Runnable onLearned) {
        this(loop, ANSWER_TIMEOUT, FIRST_PAUSE, onLearned);
    }

    /**
     * @param answerTimeout the deadline of one attempt
     * @param firstPause what follows the first failure; each one later is twice as long
     */
    Silence(EventLoop loop, Duration answerTimeout, Duration firstPause, Runnable onLearned) {
        this.loop = loop;
        this.answerTimeout = answerTimeout;
        this.firstPause = firstPause;
        this.onLearned = onLearned;
    }

    Meaning meaning() {
        return meaning;
    }

    /** Takes note that the control plane is one that answers each subscription. */
    void meansNothing() {
        meaning = Meaning.NOTHING;
    }

    /** The stream is over: nothing more is learned. */
    void end() {
        inquiry = null;
        retry.dispose();
    }

    /** Asks, unless that is under way or failed just now. */
    void ask(ControlPlaneInfoServiceStub stub) {
        if (inquiry == null) {
            var started = new Inquiry();
            inquiry = started;
            stub.withDeadlineAfter(answerTimeout.toNanos(), TimeUnit.NANOSECONDS)
                    .getControlPlaneInfo(GetControlPlaneInfoRequest.getDefaultInstance(), started);
        }
    }

    private void onEnd(Inquiry ended, Meaning learned) {
        if (ended != inquiry) {
            return; // the stream is over
        }
        if (learned == Meaning.UNKNOWN && ++failures < MAX_FAILURES) {
            Duration pause = firstPause.multipliedBy(1L << (failures - 1));
            retry = loop.schedule(Jitter.around(pause), this::mayAskAgain);
            return;
        }
        inquiry = null;
        if (meaning == Meaning.UNKNOWN) {
            meaning = learned == Meaning.UNKNOWN ? Meaning.NO_RULES : learned;
        }
        onLearned.run();
    }

    private void mayAskAgain() {
        inquiry = null;
        onLearned.run();
    }

    /**
     * A server that does not know the question, whatever it calls that, is not of this library; nor
     * is one that lets the client follow rules but not ask. A status with a cause was made on this
     * side, such as by a token that cannot be had.
     */
    private static Meaning meaningOf(Status failure) {
        return switch (failure.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, RESOURCE_EXHAUSTED, ABORTED ->
                    Meaning.UNKNOWN;
            case UNAUTHENTICATED -> failure.getCause() == null ? Meaning.NO_RULES : Meaning.UNKNOWN;
            default -> Meaning.NO_RULES;
        };
    }

    /** One asking; hands its end over to the event loop. */
    private final class Inquiry implements StreamObserver<ControlPlaneInfo> {

        private volatile boolean answersEverySubscription;

        @Override
        public void onNext(ControlPlaneInfo info) {
            answersEverySubscription = info.getAnswersEverySubscription();
        }

        @Override
        public void onError(Throwable error) {
            loop.execute(() -> onEnd(this, meaningOf(Status.fromThrowable(error))));
        }

        @Override
        public void onCompleted() {
            Meaning learned = answersEverySubscription ? Meaning.NOTHING : Meaning.NO_RULES;
            loop.execute(() -> onEnd(this, learned));
        }
    }
}
