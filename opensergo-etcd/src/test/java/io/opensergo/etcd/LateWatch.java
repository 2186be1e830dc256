package io.opensergo.etcd;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.opensergo.etcd.internal.api.KVGrpc;
import io.opensergo.etcd.internal.api.RangeRequest;
import io.opensergo.etcd.internal.api.RangeResponse;
import io.opensergo.etcd.internal.api.TxnRequest;
import io.opensergo.etcd.internal.api.TxnResponse;
import io.opensergo.etcd.internal.api.WatchGrpc;
import io.opensergo.etcd.internal.api.WatchRequest;
import io.opensergo.etcd.internal.api.WatchResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a real server, and has the first watch begin at its first revision, as one does
 * whose client was away for too long.
 */
final class LateWatch implements AutoCloseable {

    /** How many watches the server has ended since it had compacted their beginning. */
    final AtomicInteger compactions = new AtomicInteger();

    private final AtomicBoolean first = new AtomicBoolean(true);
    private final ManagedChannel channel;
    private final Server server;

    private LateWatch(String endpoint) throws IOException {
        channel = Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create()).build();
        server =
                Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                        .addService(new Keys())
                        .addService(new Watches())
                        .build()
                        .start();
    }

    static LateWatch of(EtcdServer server) throws IOException {
        return new LateWatch(server.endpoint());
    }

    EtcdSettings settings() {
        return EtcdSettings.of("127.0.0.1:" + server.getPort())
                .withRequestTimeout(EtcdServer.PATIENCE);
    }

    @Override
    public void close() {
        server.shutdownNow();
        channel.shutdownNow();
    }

    private final class Keys extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> reply) {
            KVGrpc.newStub(channel).range(request, reply);
        }

        @Override
        public void txn(TxnRequest request, StreamObserver<TxnResponse> reply) {
            KVGrpc.newStub(channel).txn(request, reply);
        }
    }

    private final class Watches extends WatchGrpc.WatchImplBase {

        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> replies) {
            StreamObserver<WatchRequest> requests =
                    WatchGrpc.newStub(channel)
                            .watch(
                                    new Forwarded<>(replies) {
                                        @Override
                                        public void onNext(WatchResponse response) {
                                            if (response.getCompactRevision() > 0) {
                                                compactions.incrementAndGet();
                                            }
                                            super.onNext(response);
                                        }
                                    });
            return new Forwarded<>(requests) {
                @Override
                public void onNext(WatchRequest request) {
                    WatchRequest.Builder asked = request.toBuilder();
                    if (first.getAndSet(false)) {
                        asked.getCreateRequestBuilder().setStartRevision(1);
                    }
                    super.onNext(asked.build());
                }
            };
        }
    }

    private abstract static class Forwarded<T> implements StreamObserver<T> {

        private final StreamObserver<T> next;

        Forwarded(StreamObserver<T> next) {
            this.next = next;
        }

        @Override
        public void onNext(T value) {
            next.onNext(value);
        }

        @Override
        public void onError(Throwable error) {
            next.onError(error);
        }

        @Override
        public void onCompleted() {
            next.onCompleted();
        }
    }
}
