package io.opensergo.client;

import io.grpc.ConnectivityState;
import io.grpc.Status;
import io.opensergo.api.ConnectionFailedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * Keeps one stream to one of the control planes open. Confined to the event loop.
 *
 * <p>After a failure the next endpoint is tried. A connection that serves is left only for one that
 * stands already: when a better endpoint is back, or when the server announces that it goes.
 */
final class Connection implements RuleStream.Listener {

    /** What happens on the connection; called on the event loop. */
    interface Listener {

        /** A response came on the stream. */
        void onResponse(SubscribeResponse response);

        /** The stream takes requests. */
        void onWritable(RuleStream stream);

        /** The stream is over; another will follow. */
        void onStreamLost();

        /** The stream was lost to a message larger than the transport lets through. */
        void onMessageTooLarge();

        /** The state changed. */
        void onState(ConnectionState state);

        /** Returns whether rules in force are from before this connection. */
        boolean isStale();

        /** Says which rules are; to be called only if some are. */
        Throwable staleness();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** A connection that lasted this long was good, so the next failure is a new one. */
    static final Duration STABLE = Duration.ofSeconds(5);

    /**
     * A server that ended the last stream at once must bear the next one this long, or answer,
     * before it counts as connected: a refusal comes after the connection stands.
     */
    private static final Duration PROBATION = Duration.ofSeconds(1);

    private static final int MAX_FAIL_BACK_DOUBLINGS = 6;
    private static final Duration MAX_DOUBLED_KEEPALIVE_TIME = Duration.ofMinutes(30);

    private final EventLoop loop;
    private final ConnectionSettings settings;
    private final ChannelFactory transport;
    private final Backoff backoff;
    private final Clock clock;
    private final Listener listener;
    private final MetadataReports reports;

    private final ClientIdentifier identifier = new ClientIdentifier();
    private final OutageLog outages = new OutageLog();
    private Duration keepAliveTime;
    private @Nullable Link link;
    private @Nullable RuleStream stream;

    /** A link being made while the other one serves. */
    private @Nullable Link successor;

    private Disposable move = () -> {};

    /** Whether the last stream did not last, and when this one has lasted long enough. */
    private boolean unsteady;

    private Disposable probation = () -> {};
    private int endpointIndex;
    private boolean connected;

    /** Whether the server in use has announced that it goes. */
    private boolean leaving;

    private long connectedAtNanos;

    /** How often in a row a return to a better endpoint did not last. */
    private int failBacksInVain;

    private boolean failedBack;
    private ConnectionState state;

    Connection(
            EventLoop loop,
            ConnectionSettings settings,
            ChannelFactory transport,
            Backoff backoff,
            Clock clock,
            Listener listener,
            MetadataReports reports) {
        this.loop = loop;
        this.settings = settings;
        this.transport = transport;
        this.backoff = backoff;
        this.clock = clock;
        this.listener = listener;
        this.reports = reports;
        this.keepAliveTime = settings.keepAliveTime();
        this.state = initialState(settings, clock);
    }

    static ConnectionState initialState(ConnectionSettings settings, Clock clock) {
        return new ConnectionState(
                Phase.CONNECTING, settings.endpoints().get(0).toString(), clock.instant(), null);
    }

    /** Returns the stream, or {@code null} while there is none. */
    @Nullable RuleStream stream() {
        return stream;
    }

    /**
     * Returns by what the control plane can be asked, or {@code null} while there is none, or none
     * that takes another call: a server that goes refuses it, whichever it is.
     */
    @Nullable ControlPlaneInfoServiceStub infoStub() {
        return link == null || leaving ? null : transport.infoStub(link.channel());
    }

    /** Opens a stream to the endpoint whose turn it is. */
    void open() {
        if (state.phase() == Phase.CLOSED) {
            return;
        }
        try {
            connect();
        } catch (RuntimeException | Error e) { // such as no memory for a thread: it may be mended
            onEnd(Status.INTERNAL.withCause(e));
        }
    }

    private void connect() {
        Link opened = newLink(endpointIndex);
        link = opened;
        startStream(opened);
        opened.connect(settings.connectTimeout(), () -> onEnd(connectTimeout()));
    }

    private Status connectTimeout() {
        return Status.UNAVAILABLE.withDescription(
                "no connection within " + settings.connectTimeout());
    }

    private Link newLink(int index) {
        return new Link(
                loop,
                index,
                transport.channel(settings.endpoints().get(index), keepAliveTime),
                this::onLinkState);
    }

    private void startStream(Link over) {
        var opened = new RuleStream(loop, this, identifier.next());
        stream = opened;
        opened.open(transport.stub(over.channel()));
    }

    private Endpoint endpoint() {
        return settings.endpoints().get(endpointIndex);
    }

    /**
     * A stream says nothing until it has something to say; that the channel is up is known before,
     * and so is that its server wants to be left.
     */
    private void onLinkState(Link changed, ConnectivityState now) {
        if (changed == successor) {
            if (now == ConnectivityState.READY) {
                moveTo(changed);
            } else if (now != ConnectivityState.CONNECTING) {
                giveUp(changed);
            }
        } else if (changed == link) {
            if (now == ConnectivityState.READY && unsteady) {
                probation = loop.schedule(PROBATION, this::onConnected);
            } else if (now == ConnectivityState.READY) {
                onConnected();
            } else if (connected) {
                LOG.debug("The control plane at '{}' is about to leave", endpoint());
                leaving = true;
                moveLater(backoff.first());
            }
        }
    }

    private void onConnected() {
        if (connected) {
            return;
        }
        connected = true;
        connectedAtNanos = System.nanoTime();
        if (state.phase() == Phase.CONNECTING) {
            LOG.debug("Connected to the control plane at '{}'", endpoint());
        } else {
            outages.over(endpoint());
        }
        updatePhase();
        if (link != null) {
            reports.onConnected(transport.metadataStub(link.channel()));
        }
        seekBetterEndpoint();
    }

    /** Tells whether the rules in force are those of this connection, if that has changed. */
    void updatePhase() {
        if (!connected) {
            return;
        }
        boolean stale = listener.isStale();
        Phase phase = stale ? Phase.STALE : Phase.READY;
        if (state.phase() != phase || !state.endpoint().equals(endpoint().toString())) {
            become(phase, stale ? listener.staleness() : null);
        }
    }

    private void seekBetterEndpoint() {
        if (endpointIndex > 0) {
            moveLater(
                    Jitter.around(settings.failBackInterval().multipliedBy(1L << failBacksInVain)));
        }
    }

    /** Moves to another link after a delay, unless this one is lost before. */
    private void moveLater(Duration delay) {
        cancelMove();
        move = loop.schedule(delay, () -> tryToMove(0));
    }

    private void cancelMove() {
        move.dispose();
        if (successor != null) {
            successor.drop();
            successor = null;
        }
    }

    private void tryToMove(int index) {
        try {
            Link candidate = newLink(index);
            successor = candidate;
            candidate.connect(settings.connectTimeout(), () -> giveUp(candidate));
        } catch (RuntimeException | Error e) { // the connection in use goes on
            LOG.warn("Cannot try the control plane at '{}'", settings.endpoints().get(index), e);
            cancelMove();
            moveElsewhere(index + 1);
        }
    }

    private void giveUp(Link candidate) {
        candidate.drop();
        successor = null;
        moveElsewhere(candidate.endpointIndex() + 1);
    }

    /** Tries the next endpoint that is worth to be moved to, and after the last waits again. */
    private void moveElsewhere(int next) {
        if (next < (leaving ? settings.endpoints().size() : endpointIndex)) {
            tryToMove(next);
        } else if (leaving) {
            moveLater(backoff.next());
        } else {
            seekBetterEndpoint();
        }
    }

    private void moveTo(Link next) {
        successor = null;
        failedBack = next.endpointIndex() < endpointIndex;
        release();
        listener.onStreamLost();
        endpointIndex = next.endpointIndex();
        link = next;
        LOG.info("Moved to the control plane at '{}'", endpoint());
        startStream(next);
        connected = true;
        connectedAtNanos = System.nanoTime();
        updatePhase();
        reports.onConnected(transport.metadataStub(next.channel()));
        seekBetterEndpoint();
    }

    @Override
    public void onResponse(SubscribeResponse response) {
        onConnected();
        listener.onResponse(response);
    }

    @Override
    public void onWritable() {
        if (stream != null) {
            if (!unsteady) {
                onConnected();
            }
            listener.onWritable(stream);
        }
    }

    @Override
    public void onEnd(Status status) {
        var end = new StreamEnd(status);
        boolean wasConnected = connected;
        judgeStability(end, wasConnected);
        var cause =
                new ConnectionFailedException(
                        endpoint().toString(), end.explain(), status.getCause());
        release();
        listener.onStreamLost();
        if (wasConnected) {
            outages.begin();
        }
        Duration delay = backoff.next();
        loop.schedule(delay, this::open);
        become(end.isRefusal() ? Phase.REFUSED : Phase.RECOVERING, cause);
        if (end.isMessageTooLarge()) {
            listener.onMessageTooLarge();
        }
        if (end.isTooManyPings()) {
            pingLess();
        } else if (wasConnected && end.isFarewell()) {
            outages.farewell(cause);
        } else {
            outages.failed(cause, delay);
        }
        endpointIndex = (endpointIndex + 1) % settings.endpoints().size();
    }

    private void judgeStability(StreamEnd end, boolean wasConnected) {
        boolean stable = wasConnected && System.nanoTime() - connectedAtNanos >= STABLE.toNanos();
        if (stable) {
            backoff.reset();
            failBacksInVain = 0;
        } else if (failedBack) {
            failBacksInVain = Math.min(MAX_FAIL_BACK_DOUBLINGS, failBacksInVain + 1);
        }
        unsteady = !stable && (unsteady || wasConnected || end.isRefusal());
        failedBack = false;
    }

    /** gRPC does the same, but per channel, and each of our connections has its own. */
    private void pingLess() {
        if (keepAliveTime.compareTo(MAX_DOUBLED_KEEPALIVE_TIME) < 0) {
            keepAliveTime = keepAliveTime.multipliedBy(2);
        }
        LOG.info(
                "The control plane at '{}' wants fewer keepalive pings: from now on after {}"
                        + " without a sign of it",
                endpoint(),
                keepAliveTime);
    }

    private void become(Phase phase, @Nullable Throwable cause) {
        Instant since = phase == state.phase() ? state.since() : clock.instant();
        state = new ConnectionState(phase, endpoint().toString(), since, cause);
        listener.onState(state);
    }

    private void release() {
        cancelMove();
        probation.dispose();
        connected = false;
        leaving = false;
        reports.onDisconnected();
        if (stream != null) {
            stream.cancel("the client is done with this stream");
        }
        if (link != null) {
            link.drop();
        }
        stream = null;
        link = null;
    }

    /** Ends the connection for good. */
    void close() {
        release();
        become(Phase.CLOSED, null);
    }
}
