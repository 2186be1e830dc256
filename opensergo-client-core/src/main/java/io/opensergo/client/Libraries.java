package io.opensergo.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opensergo.api.ConfigurationException;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Sinks;

/**
 * Checks, when a client is made, that the libraries on the class path are new enough: an
 * application may choose older ones, and what is missing in them would be found out late and on a
 * thread where nobody looks.
 *
 * <p>Versions are known by the names of files. Where those say nothing, as in one big jar, each
 * library is tried.
 *
 * <p>In the jar that applications get, gRPC and protobuf are inside under packages of ours. Nobody
 * can choose those, so they are not looked at.
 */
final class Libraries {

    static final Library PROTOBUF =
            new Library(
                    "com.google.protobuf",
                    "protobuf-java",
                    "4.36.2",
                    "com.google.protobuf.MessageLite");

    static final List<Library> GRPC =
            List.of(
                    grpc("grpc-api", "io.grpc.ManagedChannel"),
                    grpc("grpc-core", "io.grpc.internal.GrpcUtil"),
                    grpc(
                            "grpc-netty-shaded",
                            "io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder"));

    static final List<Library> JACKSON =
            List.of(
                    jackson("jackson-core", "com.fasterxml.jackson.core.JsonFactory"),
                    jackson("jackson-databind", "com.fasterxml.jackson.databind.ObjectMapper"),
                    jackson("jackson-annotations", "com.fasterxml.jackson.annotation.JsonCreator"));

    static final List<Library> REACTOR =
            List.of(
                    new Library(
                            "io.projectreactor",
                            "reactor-core",
                            "3.4.0",
                            "reactor.core.publisher.Flux"));

    static final List<Library> SLF4J =
            List.of(new Library("org.slf4j", "slf4j-api", "1.7.0", "org.slf4j.Logger"));

    /** Whether gRPC and protobuf have been given packages of ours. */
    private static final boolean BUNDLED =
            ManagedChannel.class.getName().startsWith(Libraries.class.getPackageName() + ".");

    /** Written once it was found that all is well; a race finds it out twice. */
    private static volatile boolean good;

    private Libraries() {}

    private static Library grpc(String artifact, String typeName) {
        return new Library("io.grpc", artifact, "1.85.1", typeName);
    }

    private static Library jackson(String artifact, String typeName) {
        return new Library("com.fasterxml.jackson.core", artifact, "2.15", typeName);
    }

    /** Uses what older versions of a library do not have. */
    private interface Trial {

        void run() throws Exception;
    }

    /**
     * Looks at each library.
     *
     * @throws ConfigurationException if one is too old: which, where it is, and what is needed
     */
    static void check() {
        if (good) {
            return;
        }
        if (!BUNDLED) {
            check(List.of(PROTOBUF), Libraries::tryProtobuf);
            check(GRPC, Libraries::tryGrpc);
        }
        check(JACKSON, Libraries::tryJackson);
        check(REACTOR, Libraries::tryReactor);
        check(SLF4J, Libraries::trySlf4j);
        good = true;
    }

    private static void check(List<Library> libraries, Trial trial) {
        for (Library library : libraries) {
            if (library.isTooOld()) {
                throw unfit(List.of(library), "is older than", null);
            }
        }
        try {
            trial.run();
        } catch (LinkageError | ReflectiveOperationException e) { // something is missing
            throw unfit(libraries, "does not fit", e);
        } catch (Exception e) {
            throw new IllegalStateException("the trial of " + libraries + " failed", e);
        }
    }

    private static ConfigurationException unfit(
            List<Library> libraries, String verdict, @Nullable Throwable cause) {
        return new ConfigurationException(
                "class path",
                libraries.stream().map(Library::found).collect(Collectors.joining(", "))
                        + " "
                        + verdict
                        + " the "
                        + libraries.get(0).minimum()
                        + " that an OpenSergo client needs at least"
                        + (cause == null ? "" : " (" + cause + ")")
                        + "; let opensergo-bom or your own dependency management choose the version",
                cause);
    }

    private static void tryProtobuf() throws InvalidProtocolBufferException {
        SubscribeRequest written = SubscribeRequest.newBuilder().setIdentifier("x").build();
        if (!SubscribeRequest.parseFrom(written.toByteString()).equals(written)) {
            throw new LinkageError("a message is read otherwise than it was written");
        }
    }

    /** A channel connects when it is first used, which this one never is. */
    private static void tryGrpc() throws ReflectiveOperationException {
        OpenSergoUniversalTransportServiceGrpc.getSubscribeConfigMethod();
        NettyChannelBuilder.forAddress("localhost", 1).usePlaintext().build().shutdownNow();
        requireMetrics();
    }

    /** What the transport asks of the core when it connects. */
    private static void requireMetrics() throws ClassNotFoundException {
        String options = "io.grpc.internal.ClientTransportFactory$ClientTransportOptions";
        try {
            Class.forName(options).getMethod("getMetricRecorder");
        } catch (NoSuchMethodException e) {
            throw new LinkageError(options + " has no getMetricRecorder()", e);
        }
    }

    private static void tryJackson() {
        var mapper = new ObjectMapper();
        mapper.createObjectNode().properties();
        mapper.valueToTree(new Trialled("x"));
    }

    private static void tryReactor() {
        if (Sinks.one().tryEmitEmpty().isFailure()) {
            throw new LinkageError("a new sink takes nothing");
        }
    }

    /** That it is there: what is used of it looks the same in older versions. */
    private static void trySlf4j() {
        LoggerFactory.getLogger(Libraries.class).trace("All libraries fit");
    }

    /** Something to write by way of annotations. */
    private record Trialled(String text) {}
}
