package io.opensergo.client;

import io.opensergo.api.time.Ticker;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * For how long one stream may be silent about a key, and what is done then. Made anew for each
 * stream; confined to the event loop.
 */
final class Patience {

    /** What is done about keys that nothing was said of. */
    interface Listener {

        /** The silence about a key means that there are no rules. */
        void onNoRules(KeyDialogue<?> key);

        /** A key is to be asked for again. */
        void onAskAgain(KeyDialogue<?> key);

        /** All that is to be done for now is done. */
        void onChecked();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    private final EventLoop loop;
    private final Ticker ticker;
    private final Duration answerTimeout;
    private final Duration refreshInterval;
    private final Supplier<@Nullable ControlPlaneInfoServiceStub> infoStub;
    private final Listener listener;
    private final Silence silence;

    /** Keys that were asked for and about which nothing was said. */
    private final Set<KeyDialogue<?>> silent = new LinkedHashSet<>();

    /** Those whose patience ended before it was known what silence means. */
    private final Set<KeyDialogue<?>> undecided = new LinkedHashSet<>();

    private Disposable check = Disposables.disposed();
    private long checkNanos;

    /**
     * @param answerTimeout until a key is asked for again for the first time
     * @param refreshInterval how often everything is asked for again; zero for never
     * @param infoStub by which the control plane can be asked what its silence means; {@code null}
     *     while it cannot
     */
    Patience(
            EventLoop loop,
            Ticker ticker,
            Duration answerTimeout,
            Duration refreshInterval,
            Supplier<@Nullable ControlPlaneInfoServiceStub> infoStub,
            Listener listener) {
        this.loop = loop;
        this.ticker = ticker;
        this.answerTimeout = answerTimeout;
        this.refreshInterval = refreshInterval;
        this.infoStub = infoStub;
        this.listener = listener;
        this.silence = new Silence(loop, this::explainSilence);
    }

    /** Waits for an answer about a key that was asked for. */
    void asked(KeyDialogue<?> key) {
        if (!key.hadPush()) {
            key.expectAnswer(answerTimeout, ticker.nanos());
            silent.add(key);
            checkAt(key.deadlineNanos());
        }
    }

    /** Something was said about a key, or nobody asks for it any longer. */
    void forget(KeyDialogue<?> key) {
        silent.remove(key);
        undecided.remove(key);
    }

    /** The control plane is one that answers each subscription. */
    void silenceMeansNothing() {
        silence.meansNothing();
        undecided.clear();
    }

    /** The stream is over. */
    void end() {
        check.dispose();
        silent.clear();
        undecided.clear();
        silence.end();
    }

    private void checkAt(long deadlineNanos) {
        if (check.isDisposed() || deadlineNanos - checkNanos < 0) {
            check.dispose();
            checkNanos = deadlineNanos;
            check =
                    loop.schedule(
                            Duration.ofNanos(Math.max(0, deadlineNanos - ticker.nanos())),
                            this::check);
        }
    }

    /**
     * Ends the patience with keys that were asked for long ago, and sees to it that it becomes
     * known what that silence means.
     */
    private void check() {
        check.dispose();
        long now = ticker.nanos();
        for (KeyDialogue<?> key : List.copyOf(silent)) {
            if (key.deadlineNanos() - now > 0) {
                checkAt(key.deadlineNanos());
            } else {
                endPatience(key);
            }
        }
        ControlPlaneInfoServiceStub stub = undecided.isEmpty() ? null : infoStub.get();
        if (stub != null) {
            silence.ask(stub);
        }
        listener.onChecked();
    }

    /** What silence means is known, or can be asked again. */
    private void explainSilence() {
        if (silence.meaning() == Silence.Meaning.NO_RULES) {
            List.copyOf(undecided).forEach(this::takeForNoRules);
        }
        if (silence.meaning() != Silence.Meaning.UNKNOWN) {
            undecided.clear();
        }
        check();
    }

    /**
     * Takes a long silence for "no rules", if the control plane means it so, as the public one
     * does, and asks again in case that it does not.
     */
    private void endPatience(KeyDialogue<?> key) {
        silent.remove(key);
        switch (silence.meaning()) {
            case NO_RULES -> takeForNoRules(key);
            case UNKNOWN -> undecided.add(key);
            case NOTHING -> LOG.debug("No answer about {} yet; asking again", key.key().key());
        }
        // the refresh does the same, so once it comes sooner it is enough
        if (refreshInterval.isZero() || key.patienceNanos() < refreshInterval.toNanos()) {
            listener.onAskAgain(key);
        }
    }

    private void takeForNoRules(KeyDialogue<?> key) {
        LOG.debug("No answer about {}; taken for no rules", key.key().key());
        listener.onNoRules(key);
    }
}
