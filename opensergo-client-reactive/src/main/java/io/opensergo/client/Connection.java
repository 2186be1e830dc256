package io.opensergo.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.opensergo.api.ConnectionFailedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream to one of the control planes open. Confined to the event loop.
 *
 * <p>Each attempt has a channel of its own: names are resolved anew, no delay of gRPC's adds to
 * ours, and what is left of a failed attempt goes with it.
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

        /** The state changed. */
        void onState(ConnectionState state);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** A connection that lasted this long was good, so the next failure is a new one. */
    private static final Duration STABLE = Duration.ofSeconds(5);

    private static final Set<Status.Code> REFUSALS =
            Set.of(
                    Status.Code.UNAUTHENTICATED,
                    Status.Code.PERMISSION_DENIED,
                    Status.Code.UNIMPLEMENTED);

    private final EventLoop loop;
    private final List<Endpoint> endpoints;
    private final ChannelFactory transport;
    private final Backoff backoff;
    private final Clock clock;
    private final Listener listener;

    private final ClientIdentifier identifier = new ClientIdentifier();
    private @Nullable ManagedChannel channel;
    private @Nullable RuleStream stream;
    private int endpointIndex;
    private ConnectionState state;

    Connection(
            EventLoop loop,
            List<Endpoint> endpoints,
            ChannelFactory transport,
            Backoff backoff,
            Clock clock,
            Listener listener) {
        this.loop = loop;
        this.endpoints = endpoints;
        this.transport = transport;
        this.backoff = backoff;
        this.clock = clock;
        this.listener = listener;
        this.state = initialState(endpoints, clock);
    }

    static ConnectionState initialState(List<Endpoint> endpoints, Clock clock) {
        return new ConnectionState(
                Phase.CONNECTING, endpoints.get(0).toString(), clock.instant(), null);
    }

    /** Returns the stream, or {@code null} while there is none. */
    @Nullable RuleStream stream() {
        return stream;
    }

    /** Opens a stream to the endpoint whose turn it is. */
    void open() {
        if (state.phase() == Phase.CLOSED) {
            return;
        }
        ManagedChannel opened = transport.channel(endpoint());
        var next = new RuleStream(loop, this, identifier.next());
        channel = opened;
        stream = next;
        next.open(transport.stub(opened));
        watch(opened);
    }

    private Endpoint endpoint() {
        return endpoints.get(endpointIndex);
    }

    /**
     * A stream says nothing until it has something to say; that the channel is up is known before.
     */
    private void watch(ManagedChannel watched) {
        if (watched != channel) {
            return;
        }
        ConnectivityState connectivity = watched.getState(false);
        if (connectivity == ConnectivityState.READY) {
            onReady();
        } else if (connectivity != ConnectivityState.SHUTDOWN) {
            watched.notifyWhenStateChanged(connectivity, () -> loop.execute(() -> watch(watched)));
        }
    }

    private void onReady() {
        if (state.phase() != Phase.READY) {
            if (state.phase() == Phase.CONNECTING) {
                LOG.debug("Connected to the control plane at '{}'", endpoint());
            } else {
                LOG.info("Connected to the control plane at '{}' again", endpoint());
            }
            become(Phase.READY, null);
        }
    }

    @Override
    public void onResponse(SubscribeResponse response) {
        onReady();
        listener.onResponse(response);
    }

    @Override
    public void onWritable() {
        if (stream != null) {
            listener.onWritable(stream);
        }
    }

    @Override
    public void onEnd(Status status) {
        if (state.phase() == Phase.READY && !clock.instant().isBefore(state.since().plus(STABLE))) {
            backoff.reset();
        }
        boolean refused = REFUSALS.contains(status.getCode());
        var cause =
                new ConnectionFailedException(
                        endpoint().toString(), explain(status), status.getCause());
        release();
        listener.onStreamLost();
        Duration delay = backoff.next();
        boolean outageBegins = state.phase() == Phase.CONNECTING || state.phase() == Phase.READY;
        become(refused ? Phase.REFUSED : Phase.RECOVERING, cause);
        if (outageBegins) {
            LOG.warn("{}; trying again, the last known rules stay in force", cause.getMessage());
        } else {
            LOG.debug("{}; trying again in {}", cause.getMessage(), delay);
        }
        endpointIndex = (endpointIndex + 1) % endpoints.size();
        loop.schedule(delay, this::open);
    }

    private static String explain(Status status) {
        var text = new StringBuilder();
        text.append(
                switch (status.getCode()) {
                    case OK -> "the stream ended";
                    case UNIMPLEMENTED ->
                            "the server does not speak OpenSergo; check host and port";
                    case UNAUTHENTICATED ->
                            "the server does not accept the client's token or certificate";
                    case PERMISSION_DENIED -> "the server does not allow this client to connect";
                    case RESOURCE_EXHAUSTED ->
                            "a limit was exceeded, perhaps maxInboundMessageBytes";
                    case UNAVAILABLE -> "not reachable; check host, port and TLS";
                    default -> "the connection failed with " + status.getCode();
                });
        if (status.getDescription() != null) {
            text.append(" (").append(status.getDescription()).append(')');
        }
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        if (root != null) {
            text.append(": ").append(root.getMessage() == null ? root : root.getMessage());
        }
        return text.toString();
    }

    private void become(Phase phase, @Nullable Throwable cause) {
        state = new ConnectionState(phase, endpoint().toString(), clock.instant(), cause);
        listener.onState(state);
    }

    private void release() {
        if (stream != null) {
            stream.cancel("the client is done with this stream");
        }
        if (channel != null) {
            channel.shutdownNow();
        }
        stream = null;
        channel = null;
    }

    /** Ends the connection for good. */
    void close() {
        release();
        become(Phase.CLOSED, null);
    }
}
