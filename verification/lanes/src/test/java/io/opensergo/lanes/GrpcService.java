package io.opensergo.lanes;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.opensergo.governance.Governor;
import io.opensergo.grpc.InstanceResolver;
import io.opensergo.grpc.OpenSergoGrpc;
import io.opensergo.grpc.OpenSergoGrpcBuilder;
import io.opensergo.grpc.ServiceInstance;
import io.opensergo.testsupport.TextMarshaller;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The service {@code a}, of gRPC, which calls {@code b}; and the channel of the {@code entry}. */
final class GrpcService implements AutoCloseable {

    private static final MethodDescriptor<String, String> CALL =
            TextMarshaller.method(MethodType.UNARY, "chain.Step/Call");

    private final List<Server> servers = new ArrayList<>();
    private final OpenSergoGrpc serving;
    private final OpenSergoGrpc entry;
    private final ManagedChannel channel;

    GrpcService(int controlPlane, DubboService next) throws IOException {
        serving = governed("a", controlPlane).build();
        List<ServiceInstance> instances = new ArrayList<>();
        for (Instance each : Instance.of("a")) {
            Server server =
                    serving.govern(ServerBuilder.forPort(0))
                            .addService(definition(each, next))
                            .build()
                            .start();
            servers.add(server);
            instances.add(ServiceInstance.of("127.0.0.1", server.getPort(), each.labels()));
        }
        entry =
                governed("entry", controlPlane)
                        .instances(InstanceResolver.of(Map.of("a", instances)))
                        .build();
        channel =
                entry.govern(ManagedChannelBuilder.forTarget(entry.target("a")))
                        .usePlaintext()
                        .build();
    }

    private static OpenSergoGrpcBuilder governed(String app, int controlPlane) {
        return OpenSergoGrpc.builder(app)
                .client(settings -> settings.endpoints("localhost:" + controlPlane));
    }

    private static ServerServiceDefinition definition(Instance instance, DubboService next) {
        return ServerServiceDefinition.builder("chain.Step")
                .addMethod(
                        CALL,
                        ServerCalls.asyncUnaryCall(
                                (request, reply) -> {
                                    var colour = OpenSergoGrpc.colour();
                                    String name = colour == null ? null : colour.name();
                                    reply.onNext(instance.answer(name, next.call(name)));
                                    reply.onCompleted();
                                }))
                .build();
    }

    /** The governor of the application that calls first. */
    Governor entry() {
        return entry.governor();
    }

    /** Calls the service with metadata. */
    String call(Map<String, String> metadata) {
        var headers = new Metadata();
        metadata.forEach(
                (name, value) ->
                        headers.put(
                                Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                CALL,
                CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                "");
    }

    @Override
    public void close() {
        channel.shutdownNow();
        servers.forEach(Server::shutdownNow);
        entry.close();
        serving.close();
    }
}
