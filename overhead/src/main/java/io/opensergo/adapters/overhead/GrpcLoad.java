package io.opensergo.adapters.overhead;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;

/** Unary calls of a channel to a server over one connection, in lines of one after the other. */
final class GrpcLoad implements Load {

    static final String SERVICE = "overhead.Orders";

    private static final MethodDescriptor<String, String> GET =
            MethodDescriptor.<String, String>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(SERVICE + "/Get")
                    .setRequestMarshaller(new Text())
                    .setResponseMarshaller(new Text())
                    .build();

    private final Server server;
    private final ManagedChannel channel;

    GrpcLoad(Server server, ManagedChannel channel) {
        this.server = server;
        this.channel = channel;
    }

    /** Starts it without an adapter. */
    static GrpcLoad alone() throws IOException {
        Server server = serve(ServerBuilder.forPort(0));
        return new GrpcLoad(
                server,
                ManagedChannelBuilder.forAddress("127.0.0.1", server.getPort())
                        .usePlaintext()
                        .build());
    }

    static Server serve(ServerBuilder<?> builder) throws IOException {
        return builder.addService(
                        ServerServiceDefinition.builder(SERVICE)
                                .addMethod(
                                        GET,
                                        ServerCalls.<String, String>asyncUnaryCall(
                                                (request, reply) -> {
                                                    reply.onNext("ordered");
                                                    reply.onCompleted();
                                                }))
                                .build())
                .build()
                .start();
    }

    @Override
    public long run(Duration time) throws ExecutionException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        var succeeded = new LongAdder();
        List<CompletableFuture<Void>> lines = new ArrayList<>();
        for (int i = 0; i < LoadKind.CONCURRENCY; i++) {
            var line = new CompletableFuture<Void>();
            callUntil(end, succeeded, line);
            lines.add(line);
        }
        CompletableFuture.allOf(lines.toArray(CompletableFuture<?>[]::new)).get();
        return succeeded.sum();
    }

    private void callUntil(long end, LongAdder succeeded, CompletableFuture<Void> line) {
        if (System.nanoTime() - end >= 0) {
            line.complete(null);
            return;
        }
        ClientCalls.asyncUnaryCall(
                channel.newCall(GET, CallOptions.DEFAULT),
                "4711",
                new StreamObserver<>() {
                    @Override
                    public void onNext(String reply) {
                        succeeded.increment();
                    }

                    @Override
                    public void onError(Throwable error) {
                        line.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        callUntil(end, succeeded, line);
                    }
                });
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
