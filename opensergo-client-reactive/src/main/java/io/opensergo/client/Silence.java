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
 * What it means that the control plane of the stream is silent about a key. Confined to the event
 * loop.
 *
 * <p>The public control plane says nothing about keys without rules, so its silence is an answer.
 * One of this library answers each subscription, so its silence means that it is slow, or its
 * machine or the network is. Which of them it is cannot be told by waiting: it is asked, and until
 * it has answered, silence means nothing.
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
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final Runnable onLearned;
    private Meaning meaning = Meaning.UNKNOWN;
    private @Nullable Inquiry inquiry;
    private Disposable retry = () -> {};

    /**
     * @param onLearned called when there is reason to look again
     */
    Silence(EventLoop loop, Runnable onLearned) {
        this.loop = loop;
        this.onLearned = onLearned;
    }

    Meaning meaning() {
        return meaning;
    }

    /** Takes note that the control plane is one that answers each subscription. */
    void meansNothing() {
        meaning = Meaning.NOTHING;
    }

    /** Forgets what was learned of the control plane of the stream that is lost. */
    void streamLost() {
        meaning = Meaning.UNKNOWN;
        inquiry = null;
        retry.dispose();
    }

    /** Asks, unless that is under way. */
    void ask(ControlPlaneInfoServiceStub stub) {
        if (inquiry == null) {
            var started = new Inquiry();
            inquiry = started;
            stub.withDeadlineAfter(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .getControlPlaneInfo(GetControlPlaneInfoRequest.getDefaultInstance(), started);
        }
    }

    private void onEnd(Inquiry ended, Meaning learned) {
        if (ended != inquiry) {
            return; // it was asked of another stream
        }
        if (learned == Meaning.UNKNOWN) {
            retry =
                    loop.schedule(
                            RETRY_INTERVAL,
                            () -> {
                                inquiry = null;
                                onLearned.run();
                            });
            return;
        }
        inquiry = null;
        if (meaning == Meaning.UNKNOWN) {
            meaning = learned;
        }
        onLearned.run();
    }

    /** A server that does not know the question, whatever it calls that, is not of this library. */
    private static Meaning meaningOf(Status failure) {
        return switch (failure.getCode()) {
            case UNAVAILABLE,
                    DEADLINE_EXCEEDED,
                    CANCELLED,
                    RESOURCE_EXHAUSTED,
                    UNAUTHENTICATED,
                    ABORTED ->
                    Meaning.UNKNOWN;
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
