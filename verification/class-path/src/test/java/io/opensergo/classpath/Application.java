package io.opensergo.classpath;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.client.TlsSettings;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.RequestRejectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The program of a process: follows rules over TLS, obeys one, and says so, then uses libraries of
 * its own as the other arguments ask.
 */
public final class Application {

    private static final String BUNDLED_NETTY =
            "io.opensergo.client.internal.shaded.io.grpc.netty.shaded.io.netty.";

    private Application() {}

    /**
     * Runs it.
     *
     * @param args the endpoint, the file of the CA, the files of certificate and key or {@code -},
     *     and what else is wanted: {@code virtual}, {@code grpc}, {@code protobuf}, {@code
     *     jackson3}
     */
    public static void main(String[] args) throws Exception {
        Path ca = Path.of(args[1]);
        Path certificate = args[2].equals("-") ? null : Path.of(args[2]);
        Path key = args[3].equals("-") ? null : Path.of(args[3]);
        List<String> wanted = List.of(args).subList(4, args.length);

        OpenSergoClientBuilder builder =
                OpenSergoClients.builder()
                        .endpoints("https://" + args[0])
                        .tls(new TlsSettings(ca, certificate, key, null));
        if (wanted.contains("virtual")) {
            var obeying = new FutureTask<@Nullable Void>(() -> obey(builder));
            VirtualThreads.start(obeying);
            obeying.get();
        } else {
            obey(builder);
        }
        if (wanted.contains("grpc")) {
            System.out.println("own gRPC: " + OwnGrpc.health(args[0], ca, certificate, key));
        }
        if (wanted.contains("protobuf")) {
            System.out.println("own protobuf: " + OwnProtobuf.roundTrip("text"));
        }
        if (wanted.contains("jackson3")) {
            System.out.println("own Jackson 3: " + OwnJackson.write("text"));
        }
    }

    private static @Nullable Void obey(OpenSergoClientBuilder builder) throws Exception {
        try (OpenSergoClient client = builder.build();
                Governor governor = Governor.of(client, Target.of("shop"))) {
            governor.ready().block(Duration.ofSeconds(30));
            Guard orders = governor.guard("POST:/orders");
            System.out.println("first: " + decision(orders));
            System.out.println("second: " + decision(orders));
            System.out.println("transport: " + transport());
            System.out.println("TLS: " + tlsOf(BUNDLED_NETTY));
        }
        return null;
    }

    private static String decision(Guard guard) throws Exception {
        try {
            return guard.call(() -> "admitted");
        } catch (RequestRejectedException e) {
            return "refused by " + e.rejection().strategy();
        }
    }

    /** Returns what the bundled transport's threads wait in: of the system, or of the JDK. */
    private static String transport() {
        return Thread.getAllStackTraces().values().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(
                                frame ->
                                        frame.getClassName()
                                                .startsWith(BUNDLED_NETTY + "channel.epoll."))
                ? "epoll"
                : "nio";
    }

    /** Returns who does TLS: the native library, or the JDK. */
    private static String tlsOf(String netty) {
        try {
            Object available =
                    Class.forName(netty + "handler.ssl.OpenSsl")
                            .getMethod("isAvailable")
                            .invoke(null);
            return Boolean.TRUE.equals(available) ? "native" : "JDK";
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
