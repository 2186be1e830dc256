package io.opensergo.etcd;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.opensergo.etcd.internal.api.AuthGrpc;
import io.opensergo.etcd.internal.api.AuthenticateRequest;
import io.opensergo.etcd.internal.api.KVGrpc;
import io.opensergo.etcd.internal.api.KeyValue;
import io.opensergo.etcd.internal.api.RangeRequest;
import io.opensergo.etcd.internal.api.RangeResponse;
import io.opensergo.etcd.internal.api.TxnRequest;
import io.opensergo.etcd.internal.api.TxnResponse;
import io.opensergo.etcd.internal.api.WatchCreateRequest;
import io.opensergo.etcd.internal.api.WatchGrpc;
import io.opensergo.etcd.internal.api.WatchRequest;
import io.opensergo.etcd.internal.api.WatchResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to one member of a cluster at a time, and to the next one when that does not answer.
 *
 * <p>Failures are {@link UncheckedIOException}s that name the cluster and the fix. For any number
 * of threads.
 */
final class EtcdClient implements AutoCloseable {

    private static final Metadata.Key<String> TOKEN = key("token");

    /** Lets a member that is cut off from the others end its streams. */
    private static final Metadata.Key<String> REQUIRE_LEADER = key("hasleader");

    private static final int PAGE = 500;
    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
    private static final long KEEP_ALIVE_SECONDS = 10;

    private final EtcdSettings settings;
    private final List<ManagedChannel> channels;
    private volatile int current;
    private volatile @Nullable String token;

    /**
     * Keys of one state.
     *
     * @param revision etcd's revision of that state
     */
    record Listing(List<KeyValue> entries, long revision) {}

    EtcdClient(EtcdSettings settings) {
        this.settings = settings;
        ChannelCredentials credentials = credentials(settings.tls());
        channels =
                settings.endpoints().stream()
                        .map(endpoint -> channel(endpoint, credentials))
                        .toList();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private static ChannelCredentials credentials(EtcdSettings.@Nullable Tls tls) {
        if (tls == null) {
            return InsecureChannelCredentials.create();
        }
        TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
        try {
            if (tls.authorities() != null) {
                builder.trustManager(tls.authorities().toFile());
            }
            if (tls.certificate() != null && tls.key() != null) {
                builder.keyManager(tls.certificate().toFile(), tls.key().toFile());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "A file of the TLS settings of etcd cannot be read: " + e.getMessage(), e);
        }
        return builder.build();
    }

    private static ManagedChannel channel(
            EtcdSettings.Endpoint endpoint, ChannelCredentials credentials) {
        return Grpc.newChannelBuilderForAddress(endpoint.host(), endpoint.port(), credentials)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    /** Returns the value of a key, or {@code null}. */
    @Nullable KeyValue get(ByteString key) {
        RangeResponse response = range(RangeRequest.newBuilder().setKey(key).build());
        return response.getKvsCount() == 0 ? null : response.getKvs(0);
    }

    RangeResponse range(RangeRequest request) {
        return call(channel -> stub(channel).range(request));
    }

    /**
     * Carries out a transaction. One whose outcome is not known is sent again: each here compares a
     * key that it writes, so it has an effect once.
     */
    TxnResponse txn(TxnRequest request) {
        return call(channel -> stub(channel).txn(request));
    }

    /** Returns all keys that begin with a prefix, of one state, in pages. */
    Listing list(ByteString prefix) {
        while (true) {
            try {
                return pages(prefix);
            } catch (UncheckedIOException e) {
                if (!isCompacted(e)) {
                    throw e;
                } // else the state of the first page was compacted meanwhile: begin with a newer
                // one
            }
        }
    }

    private Listing pages(ByteString prefix) {
        List<KeyValue> entries = new ArrayList<>();
        RangeRequest.Builder request =
                RangeRequest.newBuilder()
                        .setKey(prefix)
                        .setRangeEnd(EtcdKeys.endOf(prefix))
                        .setLimit(PAGE)
                        .setSortOrder(RangeRequest.SortOrder.ASCEND);
        while (true) {
            RangeResponse page = range(request.build());
            entries.addAll(page.getKvsList());
            if (request.getRevision() == 0) {
                request.setRevision(page.getHeader().getRevision());
            }
            if (!page.getMore() || page.getKvsCount() == 0) {
                return new Listing(entries, request.getRevision());
            }
            ByteString last = page.getKvs(page.getKvsCount() - 1).getKey();
            request.setKey(last.concat(ByteString.copyFrom(new byte[1])));
        }
    }

    private static boolean isCompacted(UncheckedIOException failure) {
        return failure.getCause() != null
                && failure.getCause().getCause() instanceof StatusRuntimeException status
                && status.getStatus().getCode() == Status.Code.OUT_OF_RANGE;
    }

    /** Begins a watch, whose end the observer is told. */
    void watch(StreamObserver<WatchResponse> observer, WatchCreateRequest create) {
        call(channel -> WatchGrpc.newStub(authorized(channel)).watch(observer))
                .onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    /** Turns to the next member. */
    void leaveMember() {
        current = (current + 1) % channels.size();
        token = null;
    }

    private KVGrpc.KVBlockingStub stub(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(authorized(channel)).withDeadlineAfter(settings.timeout());
    }

    private <T> T call(Function<ManagedChannel, T> call) {
        StatusRuntimeException failure = null;
        for (int attempt = 0; attempt <= channels.size(); attempt++) {
            try {
                logIn();
                return call.apply(channels.get(current));
            } catch (StatusRuntimeException e) {
                failure = e;
                switch (e.getStatus().getCode()) {
                    case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> leaveMember();
                    case UNAUTHENTICATED -> token = null;
                    default -> throw failed(e);
                }
            }
        }
        throw failed(failure);
    }

    private void logIn() {
        EtcdSettings.Login login = settings.login();
        if (login != null && token == null) {
            token =
                    AuthGrpc.newBlockingStub(channels.get(current))
                            .withDeadlineAfter(settings.timeout())
                            .authenticate(
                                    AuthenticateRequest.newBuilder()
                                            .setName(login.user())
                                            .setPassword(login.password())
                                            .build())
                            .getToken();
        }
    }

    private Channel authorized(ManagedChannel channel) {
        return ClientInterceptors.intercept(channel, new Headers(token));
    }

    /** Returns a failure whose cause's cause is that of gRPC. */
    UncheckedIOException failed(@Nullable Throwable cause) {
        Status status = cause == null ? Status.UNAVAILABLE : Status.fromThrowable(cause);
        Throwable reason = status.getCause();
        String said =
                (status.getDescription() == null ? "" : ": " + status.getDescription())
                        + (reason == null ? "" : ": " + reason.getMessage());
        String message = settings + " " + complaint(status) + " (" + status.getCode() + said + ")";
        return new UncheckedIOException(message, new IOException(message, cause));
    }

    private String complaint(Status status) {
        String said = String.valueOf(status.getDescription());
        if (said.contains("request is too large") || said.contains("too many operations")) {
            return "takes no batch of that size: commit less at once, or raise its --max-request-bytes"
                    + " and --max-txn-ops";
        }
        return switch (status.getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, FAILED_PRECONDITION ->
                    "refuses: check the user, the password, the certificate and the role's rights to "
                            + settings.prefix();
            case RESOURCE_EXHAUSTED -> "has no space left, or is busy: see etcdctl alarm list";
            default -> "does not answer: check the endpoints, TLS, and whether etcd runs";
        };
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /** Adds what each call carries. */
    private record Headers(@Nullable String token) implements ClientInterceptor {

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(
                MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    headers.put(REQUIRE_LEADER, "true");
                    if (token != null) {
                        headers.put(TOKEN, token);
                    }
                    super.start(listener, headers);
                }
            };
        }
    }
}
