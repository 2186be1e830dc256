package io.opensergo.client;

import io.grpc.ConnectivityState;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * How a connection that serves is left for one that stands already (make-before-break): when a
 * better endpoint is back, or when its server announces that it goes. Made anew for each connection
 * that serves; confined to the event loop.
 */
final class Handover {

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    private final EventLoop loop;
    private final ConnectionSettings settings;
    private final Backoff backoff;
    private final Duration failBackInterval;
    private final int endpointIndex;
    private final IntFunction<Link> links;
    private final Consumer<Link> onReady;
    private Disposable next = Disposables.disposed();

    /** A link being made while the other one serves. */
    private @Nullable Link successor;

    /** Whether the server in use has announced that it goes. */
    private boolean leaving;

    /**
     * @param failBackInterval until a better endpoint is tried
     * @param endpointIndex of the connection that serves
     * @param links makes a link to an endpoint by its index
     * @param onReady takes the link to move to
     */
    Handover(
            EventLoop loop,
            ConnectionSettings settings,
            Backoff backoff,
            Duration failBackInterval,
            int endpointIndex,
            IntFunction<Link> links,
            Consumer<Link> onReady) {
        this.loop = loop;
        this.settings = settings;
        this.backoff = backoff;
        this.failBackInterval = failBackInterval;
        this.endpointIndex = endpointIndex;
        this.links = links;
        this.onReady = onReady;
    }

    /** Returns whether the server in use has announced that it goes. */
    boolean isLeaving() {
        return leaving;
    }

    /** The server in use has announced that it goes. */
    void leave() {
        leaving = true;
        moveAfter(backoff.first());
    }

    /** Returns to a better endpoint when one is back, if there is one. */
    void seekBetterEndpoint() {
        if (endpointIndex > 0) {
            moveAfter(Jitter.around(failBackInterval));
        }
    }

    /** Takes note of a change of the link being made, and returns whether it is that one. */
    boolean take(Link changed, ConnectivityState now) {
        if (changed != successor) {
            return false;
        }
        if (now == ConnectivityState.READY) {
            successor = null;
            onReady.accept(changed);
        } else if (now != ConnectivityState.CONNECTING) {
            giveUp(changed);
        }
        return true;
    }

    /** The connection that served is over, or another has taken its place. */
    void end() {
        next.dispose();
        if (successor != null) {
            successor.drop();
            successor = null;
        }
    }

    private void moveAfter(Duration delay) {
        end();
        next = loop.schedule(delay, () -> tryToMove(0));
    }

    private void tryToMove(int index) {
        try {
            Link candidate = links.apply(index);
            successor = candidate;
            candidate.connect(settings.connectTimeout(), () -> giveUp(candidate));
        } catch (RuntimeException | Error e) { // the connection in use goes on
            LOG.warn("Cannot try the control plane at '{}'", settings.endpoints().get(index), e);
            end();
            moveElsewhere(index + 1);
        }
    }

    private void giveUp(Link candidate) {
        candidate.drop();
        successor = null;
        moveElsewhere(candidate.endpointIndex() + 1);
    }

    /** Tries the next endpoint that is worth to be moved to, and after the last waits again. */
    private void moveElsewhere(int index) {
        if (index < (leaving ? settings.endpoints().size() : endpointIndex)) {
            tryToMove(index);
        } else if (leaving) {
            moveAfter(backoff.next());
        } else {
            seekBetterEndpoint();
        }
    }
}
