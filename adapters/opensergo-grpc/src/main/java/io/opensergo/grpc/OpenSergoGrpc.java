package io.opensergo.grpc;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.TrafficColour;
import org.jspecify.annotations.Nullable;

/**
 * OpenSergo rules for the gRPC servers and channels of an application.
 *
 * <pre>{@code
 * OpenSergoGrpc openSergo = OpenSergoGrpc.fromEnvironment("shop");
 * Server server = openSergo.govern(ServerBuilder.forPort(8080)).addService(orders).build();
 * ManagedChannel prices =
 *         openSergo.govern(ManagedChannelBuilder.forTarget("dns:///prices:8080")).build();
 * }</pre>
 *
 * <p>Make one per application and keep it. Safe for use by many threads; no call that waits keeps a
 * thread.
 */
public final class OpenSergoGrpc implements AutoCloseable {

    private final Governor governor;
    private final boolean ownsGovernor;
    private final @Nullable OpenSergoClient client;
    private final ServerInterceptor server;
    private final ClientInterceptor calls;

    OpenSergoGrpc(
            OpenSergoGrpcBuilder settings,
            Governor governor,
            boolean ownsGovernor,
            @Nullable OpenSergoClient client) {
        this.governor = governor;
        this.ownsGovernor = ownsGovernor;
        this.client = client;
        var colours = new Colours(governor);
        var statuses = new Statuses(settings.isFailure());
        this.server = new ServerGovernance(governor, colours, statuses);
        this.calls = new ClientGovernance(governor, colours, statuses);
    }

    /**
     * Starts with what the environment says: {@code OPENSERGO_BOOTSTRAP_CONFIG} or {@code
     * OPENSERGO_BOOTSTRAP}. If neither is set, nothing is governed, and the application runs as
     * without it. An unreachable control plane is no error.
     *
     * @param app the name under which rules know this application, unless the environment gives one
     * @throws ConfigurationException if a setting cannot be used; it names the setting
     */
    public static OpenSergoGrpc fromEnvironment(String app) {
        return builder(app).build();
    }

    /** Starts with a governor that the application made, which is not closed with it. */
    public static OpenSergoGrpc create(Governor governor) {
        return new OpenSergoGrpcBuilder(null).build(governor);
    }

    /**
     * Starts with settings of the application, over which those of the environment go.
     *
     * @param app the name under which rules know this application, unless the environment gives one
     */
    public static OpenSergoGrpcBuilder builder(String app) {
        return new OpenSergoGrpcBuilder(app);
    }

    /**
     * Has a server intercepted by {@link #serverInterceptor()}. Interceptors that are added later
     * are called before it.
     *
     * @return the builder
     */
    public <B extends ServerBuilder<?>> B govern(B builder) {
        builder.intercept(server);
        return builder;
    }

    /**
     * Has a channel intercepted by {@link #clientInterceptor()}. Interceptors that are added later
     * are called before it.
     *
     * @return the builder
     */
    public <B extends ManagedChannelBuilder<?>> B govern(B builder) {
        builder.intercept(calls);
        return builder;
    }

    /**
     * Returns what guards each call of a server, as the resources {@code package.Service} and
     * {@code package.Service/Method}, and gives it its colour. A stream is one request, from its
     * start to its status.
     *
     * <p>A call that is refused ends with {@code RESOURCE_EXHAUSTED} or, by an open breaker or an
     * overloaded process, with {@code UNAVAILABLE}; one that is throttled begins later, on a thread
     * of Reactor's bounded elastic scheduler, unless its turn comes after its deadline.
     */
    public ServerInterceptor serverInterceptor() {
        return server;
    }

    /**
     * Returns what guards each call of a channel, as the same resources, and sends the colour of
     * the call that is being handled along.
     *
     * <p>A call that is refused ends as on a server, with a {@link
     * io.opensergo.governance.RequestRejectedException} as the cause of its status; one that is
     * throttled starts later, and its messages wait with it.
     */
    public ClientInterceptor clientInterceptor() {
        return calls;
    }

    /** Returns the governor, for whoever wants to watch its decisions. */
    public Governor governor() {
        return governor;
    }

    /**
     * Returns the colour of the call that this thread handles, as gRPC's {@code Context} has it, or
     * {@code null}.
     */
    public static @Nullable TrafficColour colour() {
        return Colours.current();
    }

    /**
     * Stops following rules, and frees the threads of the connection to the control plane. What is
     * guarded goes on by the last rules. Closing again does nothing.
     */
    @Override
    public void close() {
        if (ownsGovernor) {
            governor.close();
        }
        if (client != null) {
            client.close();
        }
    }
}
