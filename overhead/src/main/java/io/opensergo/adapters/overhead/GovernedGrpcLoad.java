package io.opensergo.adapters.overhead;

import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.grpc.InstanceResolver;
import io.opensergo.grpc.OpenSergoGrpc;
import io.opensergo.grpc.ServiceInstance;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import reactor.core.publisher.Sinks;

/** The same, with a guard and a route at the channel, and perhaps a guard at the server. */
final class GovernedGrpcLoad implements Load {

    private static final String HOST = "orders";

    private final ControlPlane controlPlane;
    private final OpenSergoGrpc openSergo;
    private final GrpcLoad load;

    GovernedGrpcLoad(boolean serverIsGoverned) throws IOException {
        controlPlane =
                Rules.guardingAndRouting(List.of(GrpcLoad.SERVICE + "/Get"), HOST, "version");
        String endpoint = "localhost:" + controlPlane.port();
        Sinks.One<List<ServiceInstance>> started = Sinks.one();
        InstanceResolver instances = service -> started.asMono().flux();
        openSergo =
                OpenSergoGrpc.builder(Rules.APP)
                        .client(client -> client.endpoints(endpoint))
                        .instances(instances)
                        .build();
        openSergo.governor().ready().block(Rules.PATIENCE);
        ServerBuilder<?> builder = ServerBuilder.forPort(0);
        Server server = GrpcLoad.serve(serverIsGoverned ? openSergo.govern(builder) : builder);
        started.tryEmitValue(
                        List.of(
                                ServiceInstance.of(
                                        "127.0.0.1", server.getPort(), Map.of("version", "v1"))))
                .orThrow();
        load =
                new GrpcLoad(
                        server,
                        openSergo
                                .govern(ManagedChannelBuilder.forTarget(openSergo.target(HOST)))
                                .usePlaintext()
                                .build());
    }

    @Override
    public long run(Duration time) throws ExecutionException, InterruptedException {
        return load.run(time);
    }

    @Override
    public void close() {
        load.close();
        openSergo.close();
        controlPlane.close();
    }
}
