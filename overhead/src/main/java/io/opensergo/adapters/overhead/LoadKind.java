package io.opensergo.adapters.overhead;

import java.io.File;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is put under load. */
enum LoadKind {
    /**
     * Calls of one Dubbo service by another over a socket, both in one process; a guard and a route
     * at the consumer.
     */
    DUBBO("opensergo-dubbo", 16),
    /** The same, with a second guard at the provider. */
    DUBBO_BOTH_ENDS("opensergo-dubbo", 16),
    /**
     * HTTP requests of a Vert.x client to a Vert.x server over a socket, both in one process; a
     * guard and a route at the client.
     */
    VERTX("opensergo-vertx", 6),
    /** The same, with a second guard at the server. */
    VERTX_BOTH_ENDS("opensergo-vertx", 6),
    /**
     * Unary calls of a gRPC channel to a server over a socket, both in one process; a guard and a
     * route at the channel.
     */
    GRPC("opensergo-grpc", 16),
    /** The same, with a second guard at the server. */
    GRPC_BOTH_ENDS("opensergo-grpc", 16),
    /**
     * HTTP requests of a {@code RestClient} to MVC on Tomcat over a socket, both in one process;
     * guards at both ends and a route through Spring Cloud LoadBalancer, which balances without the
     * adapter too.
     */
    MVC("opensergo-spring", 16),
    /** The same of a {@code WebClient} to WebFlux on Netty. */
    WEBFLUX("opensergo-spring", 16),
    /** Entries of Sentinel under a flow rule, which Sentinel enforces. */
    SENTINEL("opensergo-sentinel", 3);

    /** How many requests are made at a time. */
    static final int CONCURRENCY = 32;

    private final String adapter;

    /** After how many turns the compiler is done. */
    private final int warmUps;

    LoadKind(String adapter, int warmUps) {
        this.adapter = adapter;
        this.warmUps = warmUps;
    }

    int warmUps() {
        return warmUps;
    }

    static LoadKind of(String argument) {
        return valueOf(argument.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /**
     * Starts it.
     *
     * @param governed whether with the adapter and rules, or the framework alone
     */
    Load start(boolean governed) throws Exception {
        return switch (this) {
            case DUBBO -> new DubboLoad(governed, false);
            case DUBBO_BOTH_ENDS -> new DubboLoad(governed, governed);
            case VERTX -> governed ? new GovernedVertxLoad(false) : VertxLoad.alone();
            case VERTX_BOTH_ENDS -> governed ? new GovernedVertxLoad(true) : VertxLoad.alone();
            case GRPC -> governed ? new GovernedGrpcLoad(false) : GrpcLoad.alone();
            case GRPC_BOTH_ENDS -> governed ? new GovernedGrpcLoad(true) : GrpcLoad.alone();
            case MVC -> new MvcLoad(governed);
            case WEBFLUX -> new WebFluxLoad(governed);
            case SENTINEL -> new SentinelLoad(governed);
        };
    }

    /** Returns the class path of this process, without the adapter unless it is governed. */
    String classPath(boolean governed) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> governed || !entry.contains(adapter))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
