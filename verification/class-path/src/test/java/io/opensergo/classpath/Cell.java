package io.opensergo.classpath;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A class path, and a JDK to run on.
 *
 * @param grpc the application's own gRPC, {@code none} or a version
 * @param protobuf the application's own protobuf, the same
 * @param reactor the version of Reactor, or {@code newest}
 * @param jackson the version of Jackson 2, the same
 * @param jackson3 whether Jackson 3 is there too
 * @param slf4j the version of slf4j, the same
 * @param mutualTls whether the client shows a certificate
 * @param jdk the JDK to run on
 */
record Cell(
        String grpc,
        String protobuf,
        String reactor,
        String jackson,
        boolean jackson3,
        String slf4j,
        boolean mutualTls,
        Jdk jdk) {

    private static final String NONE = "none";
    private static final String NEWEST = "newest";

    /** Returns what an application has that has no gRPC, and else the newest of everything. */
    static Cell plain() {
        return new Cell(NONE, NONE, NEWEST, NEWEST, false, NEWEST, false, Jdk.current());
    }

    Cell withGrpc(String version, String protobufVersion) {
        return new Cell(
                version, protobufVersion, reactor, jackson, jackson3, slf4j, mutualTls, jdk);
    }

    Cell withReactor(String version) {
        return new Cell(grpc, protobuf, version, jackson, jackson3, slf4j, mutualTls, jdk);
    }

    Cell withJackson(String version) {
        return new Cell(grpc, protobuf, reactor, version, jackson3, slf4j, mutualTls, jdk);
    }

    Cell withJackson3() {
        return new Cell(grpc, protobuf, reactor, jackson, true, slf4j, mutualTls, jdk);
    }

    Cell withSlf4j(String version) {
        return new Cell(grpc, protobuf, reactor, jackson, jackson3, version, mutualTls, jdk);
    }

    Cell withMutualTls() {
        return new Cell(grpc, protobuf, reactor, jackson, jackson3, slf4j, true, jdk);
    }

    Cell on(Jdk other) {
        return new Cell(grpc, protobuf, reactor, jackson, jackson3, slf4j, mutualTls, other);
    }

    List<Path> classPath() {
        List<Path> jars = new ArrayList<>();
        jars.add(Libraries.programs());
        jars.addAll(Libraries.ours());
        jars.addAll(chosen("reactor", reactor, Libraries.REACTOR));
        jars.addAll(chosen("jackson", jackson, Libraries.JACKSON));
        jars.addAll(chosen("slf4j", slf4j, Libraries.SLF4J));
        if (jackson3) {
            jars.addAll(Libraries.ofThisProcess(Libraries.JACKSON_3));
        }
        if (hasGrpc()) {
            jars.addAll(Libraries.copied("grpc-" + grpc));
            jars.addAll(Libraries.ofThisProcess(Libraries.NEEDED_BY_GRPC));
        }
        if (hasProtobuf()) {
            jars.addAll(Libraries.copied("protobuf-" + protobuf));
        }
        return jars;
    }

    private static List<Path> chosen(String name, String version, String ofThisProcess) {
        return version.equals(NEWEST)
                ? Libraries.ofThisProcess(ofThisProcess)
                : Libraries.copied(name + "-" + version);
    }

    boolean hasGrpc() {
        return !grpc.equals(NONE);
    }

    boolean hasProtobuf() {
        return !protobuf.equals(NONE);
    }

    /** Returns what the program is asked for besides obeying a rule. */
    List<String> wanted() {
        List<String> wanted = new ArrayList<>();
        if (jdk.hasVirtualThreads()) {
            wanted.add("virtual");
        }
        if (hasGrpc()) {
            wanted.add("grpc");
        }
        if (hasProtobuf()) {
            wanted.add("protobuf");
        }
        if (jackson3) {
            wanted.add("jackson3");
        }
        return wanted;
    }

    @Override
    public String toString() {
        return "gRPC %s, protobuf %s, Reactor %s, Jackson %s%s, slf4j %s, %s, JDK %s"
                .formatted(
                        grpc,
                        protobuf,
                        reactor,
                        jackson,
                        jackson3 ? " and 3" : "",
                        slf4j,
                        mutualTls ? "mTLS" : "TLS",
                        jdk.version());
    }
}
