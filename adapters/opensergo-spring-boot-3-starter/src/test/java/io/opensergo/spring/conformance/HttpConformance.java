package io.opensergo.spring.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.opensergo.conformance.ConformanceRunner;
import io.opensergo.conformance.ConformanceSuite;
import io.opensergo.conformance.Feature;
import io.opensergo.conformance.governor.GovernorDriver;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Every case that a server can serve is decided over a socket as the engine decides it: one server
 * for all, and a clock that stands still between steps.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HttpConformance {

    /** Why a server of HTTP cannot serve the cases that need this. */
    private static final Map<Feature, String> NOT_OVER_A_SOCKET =
            new EnumMap<>(
                    Map.of(
                            Feature.ROUTING, "a server does not choose where a request goes",
                            Feature.INSTANCE_SELECTION, "nor among which instances",
                            Feature.ROUTE_ACTIONS, "nor does it carry out what a route asks for",
                            Feature.COLOURING, "the colour of a route belongs to a call",
                            Feature.WORKLOAD_IDENTITY, "only conditions of routes ask for it",
                            Feature.OUTBOUND, "a server makes no calls",
                            Feature.ERROR_TYPE,
                                    "a request ends with a status, not with an error of any name"));

    /** What servers of HTTP have in common. */
    static final Set<Feature> OVER_A_SOCKET =
            EnumSet.complementOf(EnumSet.copyOf(NOT_OVER_A_SOCKET.keySet()));

    /** Each gateway wants a server of its kind. */
    static final List<String> NO_GATEWAY =
            List.of(
                    "--spring.cloud.gateway.server.webflux.enabled=false",
                    "--spring.cloud.gateway.server.webmvc.enabled=false",
                    "--spring.autoconfigure.exclude=org.springframework.cloud.gateway.server.mvc"
                            + ".filter.FilterAutoConfiguration"); // does not look at the setting

    /** What the cases ask for; a path of the gateway holds for one more slash as well. */
    static final String[] PATHS = {
        "/orders/", "/orders", "/order", "/Orders", "/other", "/anything"
    };

    private final Signals signals = new Signals();
    private Schedulers.Snapshot schedulers;
    private ConformingServer server;

    abstract ConformingServer start(Signals signals);

    @BeforeAll
    void startServer() {
        schedulers =
                Schedulers.setFactoryWithSnapshot(
                        new Schedulers.Factory() {
                            @Override
                            public Scheduler newParallel(int parallelism, ThreadFactory threads) {
                                return new TurnScheduler(signals);
                            }
                        });
        server = start(signals);
    }

    @AfterAll
    void stopServer() {
        server.close();
        Schedulers.resetFrom(schedulers);
    }

    @TestFactory
    Stream<DynamicTest> decidesAsTheCasesExpect() {
        var runner =
                ConformanceRunner.of(
                        application ->
                                new HttpDriver(GovernorDriver.of(application), server, signals));
        Set<Feature> missing = new HashSet<>();
        int[] passed = {0};
        Stream<DynamicTest> cases =
                ConformanceSuite.cases().stream()
                        .map(
                                each ->
                                        dynamicTest(
                                                each.toString(),
                                                () -> {
                                                    var report = runner.run(each);
                                                    report.throwIfFailed();
                                                    missing.addAll(report.missing());
                                                    passed[0] += report.isPassed() ? 1 : 0;
                                                }));
        DynamicTest summary =
                dynamicTest(
                        "most cases of guards are served, and the others cannot be",
                        () -> {
                            assertThat(passed[0]).isGreaterThan(110);
                            assertThat(missing).containsExactlyInAnyOrderElementsOf(unserved());
                        });
        return Stream.concat(cases, Stream.of(summary));
    }

    private Set<Feature> unserved() {
        return EnumSet.complementOf(EnumSet.copyOf(server.features()));
    }

    static ConfigurableApplicationContext run(String type, List<String> settings, Class<?>... of) {
        String[] arguments =
                Stream.concat(
                                Stream.of(
                                        "--spring.main.web-application-type=" + type,
                                        "--spring.main.banner-mode=off",
                                        "--server.port=0",
                                        "--server.shutdown=immediate",
                                        "--opensergo.enabled=false"), // each case has a governor
                                settings.stream())
                        .toArray(String[]::new);
        return new SpringApplication(of).run(arguments);
    }

    static String url(ConfigurableApplicationContext context) {
        return "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    }
}
