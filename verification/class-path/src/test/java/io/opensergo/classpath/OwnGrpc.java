package io.opensergo.classpath;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The application's own gRPC, which makes a call of its own. */
final class OwnGrpc {

    private static final byte[] SERVING = {0x08, 0x01};

    private OwnGrpc() {}

    /** Asks the control plane for its health by the standard service. */
    static String health(String endpoint, Path ca, @Nullable Path certificate, @Nullable Path key)
            throws IOException {
        TlsChannelCredentials.Builder tls =
                TlsChannelCredentials.newBuilder().trustManager(ca.toFile());
        if (certificate != null && key != null) {
            tls.keyManager(certificate.toFile(), key.toFile());
        }
        ChannelCredentials credentials = tls.build();
        ManagedChannel channel = Grpc.newChannelBuilder(endpoint, credentials).build();
        try {
            byte[] answer =
                    ClientCalls.blockingUnaryCall(
                            channel,
                            MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                                    .setType(MethodDescriptor.MethodType.UNARY)
                                    .setFullMethodName("grpc.health.v1.Health/Check")
                                    .build(),
                            CallOptions.DEFAULT,
                            new byte[0]);
            return Arrays.equals(answer, SERVING) ? "serving" : "not serving";
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
