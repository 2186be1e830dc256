package io.opensergo.client;

import io.grpc.ConnectivityState;
import io.grpc.Status;
import io.opensergo.api.ConnectionFailedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.time.Ticker;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Keeps one stream to one of the control planes open. Confined to the event loop.
 *
 * <p>After a failure the next endpoint is tried. A connection that serves is left only for one that
 * stands already, by its {@link Handover}.
 */
final class Connection implements RuleStream.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /**
     * A server that ended the last stream at once must bear the next one this long, or answer,
     * before it counts as connected: a refusal comes after the connection stands.
     */
    private static final Duration PROBATION = Duration.ofSeconds(1);

    private static final Duration MAX_DOUBLED_KEEPALIVE_TIME = Duration.ofMinutes(30);

    /** One link and the stream over it, from when they are made to when they are dropped. */
    private record Session(
            Link link, RuleStream stream, Dialogue dialogue, Disposable.Swap probation) {}

    /** How far it is. */
    private sealed interface Progress {}

    /** There is nothing, and the next attempt is scheduled or begins. */
    private record Waiting() implements Progress {}

    /** An attempt is made. */
    private record Connecting(Session session) implements Progress {}

    /** The session serves. */
    private record Connected(Session session, long sinceNanos, Handover handover)
            implements Progress {}

    /** It is over for good. */
    private record Closed() implements Progress {}

    private final EventLoop loop;
    private final Ticker ticker;
    private final Clock clock;
    private final ConnectionSettings settings;
    private final ChannelFactory transport;
    private final Backoff backoff;
    private final Stability stability;
    private final Subscriptions subscriptions;
    private final Staleness staleness;
    private final Reports reports;
    private final Consumer<ConnectionState> onState;
    private final ClientIdentifier identifier = new ClientIdentifier();
    private final OutageLog outages;
    private Duration keepAliveTime;
    private int endpointIndex;
    private Progress progress = new Waiting();
    private ConnectionState state;

    /**
     * @param staleness whether rules in force are from before the connection, of which the state
     *     tells
     * @param onState told each new state
     */
    Connection(
            EventLoop loop,
            Ticker ticker,
            Clock clock,
            ConnectionSettings settings,
            ChannelFactory transport,
            Backoff backoff,
            Subscriptions subscriptions,
            Staleness staleness,
            Reports reports,
            Consumer<ConnectionState> onState) {
        this.loop = loop;
        this.ticker = ticker;
        this.clock = clock;
        this.settings = settings;
        this.transport = transport;
        this.backoff = backoff;
        this.stability = new Stability(backoff);
        this.subscriptions = subscriptions;
        this.staleness = staleness;
        this.reports = reports;
        this.onState = onState;
        this.outages = new OutageLog(ticker);
        this.keepAliveTime = settings.keepAliveTime();
        this.state = initialState(settings, clock);
    }

    static ConnectionState initialState(ConnectionSettings settings, Clock clock) {
        return new ConnectionState(
                Phase.CONNECTING, settings.endpoints().get(0).toString(), clock.instant(), null);
    }

    /** Opens a stream to the endpoint whose turn it is. */
    void open() {
        if (progress instanceof Closed) {
            return;
        }
        try {
            Session session = begin(newLink(endpointIndex));
            session.link().connect(settings.connectTimeout(), () -> onEnd(connectTimeout()));
        } catch (RuntimeException | Error e) { // such as no memory for a thread: it may be mended
            onEnd(Status.INTERNAL.withCause(e));
        }
    }

    private Status connectTimeout() {
        return Status.UNAVAILABLE.withDescription(
                "no connection within " + ShownDuration.of(settings.connectTimeout()));
    }

    private Link newLink(int index) {
        return new Link(
                loop,
                index,
                transport.channel(settings.endpoints().get(index), keepAliveTime),
                this::onLinkState);
    }

    private Session begin(Link link) {
        var stream = new RuleStream(loop, this, identifier.next());
        Dialogue dialogue = subscriptions.begin(stream, () -> infoStub(link));
        var session = new Session(link, stream, dialogue, Disposables.swap());
        progress = new Connecting(session);
        stream.open(transport.stub(link.channel()));
        return session;
    }

    /** A server that goes takes no other call, whichever it is. */
    private @Nullable ControlPlaneInfoServiceStub infoStub(Link link) {
        boolean leaving = progress instanceof Connected now && now.handover().isLeaving();
        return leaving ? null : transport.infoStub(link.channel());
    }

    private Endpoint endpoint() {
        return settings.endpoints().get(endpointIndex);
    }

    private @Nullable Session session() {
        if (progress instanceof Connecting now) {
            return now.session();
        }
        return progress instanceof Connected now ? now.session() : null;
    }

    /**
     * A stream says nothing until it has something to say; that the channel is up is known before,
     * and so is that its server wants to be left.
     */
    private void onLinkState(Link changed, ConnectivityState now) {
        if (progress instanceof Connecting attempt && attempt.session().link() == changed) {
            if (now == ConnectivityState.READY && stability.isUnsteady()) {
                attempt.session()
                        .probation()
                        .update(loop.schedule(PROBATION, () -> connected(attempt.session())));
            } else if (now == ConnectivityState.READY) {
                connected(attempt.session());
            }
        } else if (progress instanceof Connected serving
                && !serving.handover().take(changed, now)
                && serving.session().link() == changed
                && now != ConnectivityState.READY) {
            LOG.debug("The control plane at '{}' is about to leave", endpoint());
            serving.handover().leave();
        }
    }

    /** The one place where a session begins to serve, whatever has shown that it does. */
    private void connected(Session session) {
        if (!(progress instanceof Connecting attempt) || !attempt.session().equals(session)) {
            return;
        }
        var handover =
                new Handover(
                        loop,
                        settings,
                        backoff,
                        settings.failBackInterval().multipliedBy(stability.failBackFactor()),
                        endpointIndex,
                        this::newLink,
                        this::moveTo);
        progress = new Connected(session, ticker.nanos(), handover);
        if (state.phase() == Phase.CONNECTING) {
            LOG.debug("Connected to the control plane at '{}'", endpoint());
        } else if (!state.phase().isConnected()) {
            outages.over(endpoint());
        }
        updatePhase();
        reports.onConnected(session.link().channel());
        handover.seekBetterEndpoint();
    }

    /** Tells whether the rules in force are those of this connection, if that has changed. */
    void updatePhase() {
        if (!(progress instanceof Connected)) {
            return;
        }
        boolean stale = staleness.isAny();
        Phase phase = stale ? Phase.STALE : Phase.READY;
        if (state.phase() != phase || !state.endpoint().equals(endpoint().toString())) {
            become(phase, stale ? staleness.cause() : null);
        }
    }

    private void moveTo(Link next) {
        stability.moved(next.endpointIndex() < endpointIndex);
        release();
        endpointIndex = next.endpointIndex();
        LOG.info("Moved to the control plane at '{}'", endpoint());
        try {
            connected(begin(next));
        } catch (RuntimeException | Error e) { // as when a first attempt fails
            onEnd(Status.INTERNAL.withCause(e));
        }
    }

    @Override
    public void onResponse(SubscribeResponse response) {
        Session session = session();
        if (session != null) {
            connected(session);
            session.dialogue().take(response);
        }
    }

    @Override
    public void onWritable() {
        Session session = session();
        if (session != null) {
            if (!stability.isUnsteady()) {
                connected(session);
            }
            session.dialogue().flush();
        }
    }

    @Override
    public void onEnd(Status status) {
        var end = new StreamEnd(status);
        Session over = session();
        boolean wasConnected = progress instanceof Connected;
        Duration connectedFor =
                progress instanceof Connected now
                        ? Duration.ofNanos(ticker.nanos() - now.sinceNanos())
                        : Duration.ZERO;
        stability.ended(wasConnected, connectedFor, end.isRefusal());
        var cause =
                new ConnectionFailedException(
                        endpoint().toString(), end.explain(), status.getCause());
        release();
        if (wasConnected) {
            outages.begin();
        }
        Duration delay = backoff.next();
        loop.schedule(delay, this::open);
        become(end.isRefusal() ? Phase.REFUSED : Phase.RECOVERING, cause);
        if (over != null && end.isMessageTooLarge()) {
            over.dialogue().tellMessageTooLarge();
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

    /** gRPC does the same, but per channel, and each of our connections has its own. */
    private void pingLess() {
        if (keepAliveTime.compareTo(MAX_DOUBLED_KEEPALIVE_TIME) < 0) {
            keepAliveTime = keepAliveTime.multipliedBy(2);
        }
        LOG.info(
                "The control plane at '{}' wants fewer keepalive pings: from now on after {}"
                        + " without a sign of it",
                endpoint(),
                ShownDuration.of(keepAliveTime));
    }

    private void become(Phase phase, @Nullable Throwable cause) {
        Instant since = phase == state.phase() ? state.since() : clock.instant();
        state = new ConnectionState(phase, endpoint().toString(), since, cause);
        onState.accept(state);
    }

    /** Drops the session, if there is one, and all that belongs to it. */
    private void release() {
        if (progress instanceof Connected serving) {
            serving.handover().end();
        }
        Session over = session();
        progress = new Waiting();
        reports.onDisconnected();
        if (over != null) {
            over.probation().dispose();
            over.stream().cancel("the client is done with this stream");
            over.link().drop();
            subscriptions.end(over.dialogue());
        }
    }

    /** Ends the connection for good. */
    void close() {
        release();
        progress = new Closed();
        become(Phase.CLOSED, null);
    }
}
