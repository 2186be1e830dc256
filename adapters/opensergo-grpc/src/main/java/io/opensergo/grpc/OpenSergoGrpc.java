package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.TrafficColour;
import java.util.Map;
import java.util.Set;
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

    /**
     * The labels of an address, by which rules tell instances apart: for example {@code
     * version=v2}. A name resolver of the application's own sets it in the attributes of an {@code
     * EquivalentAddressGroup}; {@link #target} is of one that does.
     */
    @SuppressWarnings("deprecation") // there is no other way to make a key
    public static final Attributes.Key<Map<String, String>> LABELS =
            Attributes.Key.create("io.opensergo.grpc.labels");

    /** What is done of the actions of a route; the rest becomes problems of the plan. */
    private static final Set<RouteAction> HONOURED =
            Set.of(
                    RouteAction.TIMEOUT,
                    RouteAction.RETRIES,
                    RouteAction.MIRROR,
                    RouteAction.REWRITE_URI,
                    RouteAction.REWRITE_AUTHORITY,
                    RouteAction.DESTINATION_PORT,
                    RouteAction.LOAD_BALANCING,
                    RouteAction.FAULT_DELAY,
                    RouteAction.FAULT_ABORT,
                    RouteAction.REQUEST_HEADERS,
                    RouteAction.RESPONSE_HEADERS);

    private final Governor governor;
    private final boolean ownsGovernor;
    private final @Nullable OpenSergoClient client;
    private final ServerInterceptor server;
    private final ClientInterceptor calls;
    private final @Nullable InstanceNameResolverProvider resolvers;

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
        governor.honours("gRPC", HONOURED);
        this.server = new ServerGovernance(governor, colours, statuses);
        this.calls = new ClientGovernance(governor, colours, statuses);
        InstanceResolver instances = settings.instances();
        this.resolvers = instances == null ? null : new InstanceNameResolverProvider(instances);
        if (resolvers != null) {
            resolvers.register();
        }
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
     * Starts with a governor that the application made, which is not closed with it.
     *
     * @param instances says where services run, for {@link #target}
     */
    public static OpenSergoGrpc create(Governor governor, InstanceResolver instances) {
        return new OpenSergoGrpcBuilder(null).instances(instances).build(governor);
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
     * Has a channel intercepted by {@link #clientInterceptor()}, and its calls balanced by the
     * policy {@value OpenSergoLoadBalancerProvider#POLICY}, which sends them to the instances that
     * the rules choose. A policy that is set later, or comes with the service config, replaces that
     * one: calls are guarded then and not routed. Interceptors that are added later are called
     * before it.
     *
     * @return the builder
     */
    public <B extends ManagedChannelBuilder<?>> B govern(B builder) {
        builder.intercept(calls);
        builder.defaultLoadBalancingPolicy(OpenSergoLoadBalancerProvider.POLICY);
        return builder;
    }

    /**
     * Governs all servers and channels of this process whose builders are made from now on, as
     * {@code govern} does, which may still be called. Call it first in {@code main}: one line for
     * libraries and frameworks that build theirs out of reach.
     *
     * @throws UnsupportedOperationException if this version of grpc-java has no configurators of
     *     all builders, as 1.60
     * @throws IllegalStateException if another library has set them, as gRPC lets only one
     */
    public void governAll() {
        AllBuilders.govern(this);
    }

    /**
     * Returns the target of a channel to a service whose instances the {@link InstanceResolver}
     * knows, for example {@code opensergo:///prices}.
     *
     * @throws IllegalStateException if none is set
     */
    public String target(String service) {
        if (resolvers == null) {
            throw new IllegalStateException(
                    "the instances of '"
                            + service
                            + "' are not known: set instances(...) of OpenSergoGrpc.builder");
        }
        return resolvers.target(service);
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
        if (resolvers != null) {
            resolvers.deregister();
        }
        if (ownsGovernor) {
            governor.close();
        }
        if (client != null) {
            client.close();
        }
    }
}
