package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConfigurationException;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.ServerTls;
import io.opensergo.governance.Governor;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.spring.boot.GovernanceReport;
import io.opensergo.spring.cloud.FeignGovernance;
import io.opensergo.spring.cloud.GuardCircuitBreakerFactory;
import io.opensergo.spring.cloud.InstanceRouting;
import io.opensergo.spring.cloud.ReactiveGuardCircuitBreakerFactory;
import io.opensergo.testsupport.Documents;
import io.opensergo.testsupport.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** How an application starts with a starter. */
class StartTest {

    @TempDir Path directory;

    @Test
    void startsWithoutAnySettingAndGovernsNothing() {
        try (ConfigurableApplicationContext context = run()) {
            assertThat(context.getBean(GovernanceReport.class).summary())
                    .containsEntry("governed", false)
                    .containsEntry("rulesFrom", "none");
        }
    }

    @Test
    void startsWhileTheControlPlaneIsAway() {
        try (ConfigurableApplicationContext context = run("--opensergo.endpoints=localhost:1")) {
            assertThat(context.getBean(GovernanceReport.class).summary())
                    .containsEntry("governed", false)
                    .containsKey("connection");
        }
    }

    @Test
    void isInServiceWithoutRulesUnlessItIsToWaitForThem() {
        var source = new InMemoryRuleSource();
        int port;
        try (ControlPlane first = ControlPlane.builder().port(0).source(source).start()) {
            port = first.port();
        }
        String endpoint = "--opensergo.endpoints=localhost:" + port;
        try (ConfigurableApplicationContext context = run(endpoint)) {
            assertThat(context.getBean(GovernanceReport.class).isInService()).isTrue();
        }
        try (ConfigurableApplicationContext context =
                run(endpoint, "--opensergo.health.require-rules=true")) {
            GovernanceReport report = context.getBean(GovernanceReport.class);
            assertThat(report.isInService()).isFalse();

            ControlPlane came = ControlPlane.builder().port(port).source(source).start();
            await().atMost(World.PATIENCE).until(report::isInService);
            came.close();

            assertThat(report.isInService()).isTrue();
        }
    }

    @Test
    void followsADirectoryWithoutAControlPlane() throws IOException {
        write("first", "prices");
        try (ConfigurableApplicationContext context =
                run("--opensergo.rules=" + directory, "--spring.application.name=shop")) {
            Governor governor = context.getBean(Governor.class);
            assertThat(governor.plan().resources()).containsExactly("prices");

            write("second", "orders");

            await().atMost(World.PATIENCE)
                    .until(() -> governor.plan().resources().contains("orders"));
        }
    }

    @Test
    void readsResourcesByAPattern() throws IOException {
        write("first", "prices");
        write("second", "orders");
        try (ConfigurableApplicationContext context =
                run(
                        "--opensergo.rules=" + directory.toUri() + "*.yaml",
                        "--spring.application.name=shop")) {
            assertThat(context.getBean(Governor.class).plan().resources())
                    .containsExactlyInAnyOrder("prices", "orders");
        }
    }

    @Test
    void leavesOutTheRulesOfOtherApplications() throws IOException {
        write("first", "prices");
        try (ConfigurableApplicationContext context =
                run("--opensergo.rules=" + directory, "--opensergo.app=another")) {
            assertThat(context.getBean(Governor.class).plan().resources()).isEmpty();
        }
    }

    @Test
    void canBeSwitchedOff() {
        try (ConfigurableApplicationContext context =
                run("--opensergo.enabled=false", "--opensergo.endpoints=no:port:at:all")) {
            assertThat(context.getBeansOfType(Governor.class)).isEmpty();
        }
    }

    @Test
    void partsOfSpringCloudAreSwitchedOffOneByOne() {
        try (ConfigurableApplicationContext context = run()) {
            assertThat(cloudBeans(context)).containsOnly(1);
        }
        try (ConfigurableApplicationContext context =
                run(
                        "--opensergo.load-balancer.enabled=false",
                        "--opensergo.feign.enabled=false",
                        "--opensergo.circuit-breaker.enabled=false")) {
            assertThat(cloudBeans(context)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"reactive, openSergoGateway", "servlet, openSergoGatewayRoutes"})
    void guardsOfGatewaysAreSwitchedOff(String type, String bean) {
        for (boolean isOn : new boolean[] {true, false}) {
            try (ConfigurableApplicationContext context =
                    run(
                            "--spring.main.web-application-type=" + type,
                            "--spring.main.lazy-initialization=true",
                            "--server.port=0",
                            "--opensergo.gateway.enabled=" + isOn)) {
                assertThat(context.containsBean(bean)).isEqualTo(isOn);
            }
        }
    }

    private static Stream<Integer> cloudBeans(ConfigurableApplicationContext context) {
        return Stream.of(
                        InstanceRouting.class,
                        FeignGovernance.class,
                        GuardCircuitBreakerFactory.class,
                        ReactiveGuardCircuitBreakerFactory.class)
                .map(type -> context.getBeanNamesForType(type).length);
    }

    @Test
    void saysWhatToDoAboutAWrongEndpoint() {
        assertThat(failureOf("--opensergo.endpoints=localhost:no-port"))
                .contains("APPLICATION FAILED TO START", "no-port", "opensergo.enabled=false");
    }

    @Test
    void saysWhatToDoAboutRulesThatAreNotThere() {
        assertThat(failureOf("--opensergo.rules=" + directory.resolve("nowhere")))
                .contains("APPLICATION FAILED TO START", "opensergo.rules", "nowhere");
    }

    @Test
    void saysWhatToDoAboutTwoPlacesOfRules() {
        assertThat(
                        failureOf(
                                "--opensergo.rules=" + directory,
                                "--opensergo.endpoints=localhost:10246"))
                .contains("opensergo.endpoints are both set", "remove one");
    }

    @Test
    void connectsByTheNameOfAnSslBundle() throws Exception {
        TestCertificate own = TestCertificate.selfSigned(directory, "control-plane");
        var rules = new InMemoryRuleSource();
        rules.put(
                RuleReader.strict()
                        .read(
                                Documents.rateLimit("first", 1, 1)
                                        + "---\n"
                                        + Documents.rule("prices", "RateLimitStrategy", "first"),
                                "test")
                        .orThrow());
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .tls(ServerTls.of(own.certificate(), own.key()))
                                .source(rules)
                                .start();
                ConfigurableApplicationContext context =
                        run(
                                "--spring.application.name=shop",
                                "--opensergo.endpoints=https://localhost:" + controlPlane.port(),
                                "--opensergo.tls.bundle=control-plane",
                                "--spring.ssl.bundle.pem.control-plane.truststore.certificate="
                                        + own.certificate())) {
            await().atMost(World.PATIENCE)
                    .until(
                            () ->
                                    context.getBean(Governor.class)
                                            .plan()
                                            .resources()
                                            .contains("prices"));
        }
    }

    @Test
    void saysWhatToDoAboutAnSslBundleThatIsNotThereOrCannotBeRead() {
        assertThat(
                        failureOf(
                                "--opensergo.endpoints=https://localhost:1",
                                "--opensergo.tls.bundle=nowhere"))
                .contains("'nowhere', and there is no such SSL bundle", "spring.ssl.bundle.pem");
        assertThat(
                        failureOf(
                                "--opensergo.endpoints=https://localhost:1",
                                "--opensergo.tls.bundle=broken",
                                "--spring.ssl.bundle.pem.broken.truststore.certificate="
                                        + directory.resolve("no.pem")))
                .contains("APPLICATION FAILED TO START", "no.pem");
        assertThat(
                        failureOf(
                                "--opensergo.endpoints=https://localhost:1",
                                "--opensergo.tls.bundle=some",
                                "--opensergo.tls.ca-file=" + directory.resolve("ca.pem")))
                .contains("opensergo.tls.bundle", "remove one");
    }

    private void write(String name, String resource) throws IOException {
        Files.writeString(
                directory.resolve(name + ".yaml"),
                Documents.rateLimit(name, 1, 1)
                        + "---\n"
                        + Documents.rule(resource, "RateLimitStrategy", name));
    }

    private static ConfigurableApplicationContext run(String... arguments) {
        var application = new SpringApplication(Empty.class);
        application.setDefaultProperties(
                Map.of(
                        "spring.main.web-application-type", "none",
                        "spring.main.banner-mode", "off"));
        return application.run(
                Stream.concat(CloudSettings.NO_GATEWAY.stream(), Arrays.stream(arguments))
                        .toArray(String[]::new));
    }

    /** Returns what the application says on its error output when it does not start. */
    private static String failureOf(String... arguments) {
        PrintStream before = System.err;
        var said = new ByteArrayOutputStream();
        try (var captured = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            assertThatThrownBy(() -> run(arguments).close())
                    .hasRootCauseInstanceOf(Exception.class)
                    .satisfies(
                            error ->
                                    assertThat(
                                                    Stream.iterate(
                                                            error,
                                                            e -> e != null,
                                                            Throwable::getCause))
                                            .anyMatch(ConfigurationException.class::isInstance));
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Empty {}
}
