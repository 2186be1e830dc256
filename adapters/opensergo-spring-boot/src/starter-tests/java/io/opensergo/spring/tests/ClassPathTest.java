package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What most applications have is on their class paths, and nothing else. */
class ClassPathTest {

    private static final List<String> OPTIONAL =
            List.of("actuator", "health", "micrometer-core", "context-propagation", "jetty");

    /** Each gateway is for one kind of server, and has conditions on what is there of gRPC. */
    @ParameterizedTest(name = "{0} without {1}")
    @CsvSource({
        "SERVLET, webflux webclient reactor-netty spring-cloud feign",
        "REACTIVE, webmvc servlet tomcat restclient spring-cloud feign",
        "NONE, spring-web webmvc webflux webclient restclient http-c servlet tomcat reactor-netty"
                + " gateway loadbalancer feign",
        "SERVLET, webflux reactor-netty gateway-server-4 control-plane grpc protobuf",
        "REACTIVE, webmvc gateway-server-mvc servlet tomcat feign control-plane grpc protobuf"
    })
    void startsWithoutWhatTheApplicationDoesNotUse(String type, String absent) throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(
                        withoutJars(absent.split(" ")), ClassLoader.getPlatformClassLoader())) {
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(loader);
            try {
                Object governed =
                        loader.loadClass(BareApplication.class.getName())
                                .getMethod("start", String.class)
                                .invoke(null, type);
                assertThat(governed).asString().contains("Governor");
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        }
    }

    private static URL[] withoutJars(String... absent) {
        List<String> names = Stream.concat(OPTIONAL.stream(), Stream.of(absent)).toList();
        String classPath = System.getProperty("java.class.path");
        return Stream.of(classPath.split(File.pathSeparator))
                .map(Path::of)
                .filter(
                        entry ->
                                !entry.toString().endsWith(".jar")
                                        || names.stream()
                                                .noneMatch(
                                                        entry.getFileName().toString()::contains))
                .map(ClassPathTest::url)
                .toArray(URL[]::new);
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
