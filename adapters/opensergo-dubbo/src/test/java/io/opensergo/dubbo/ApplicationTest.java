package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.Target;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.testsupport.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.rpc.RpcException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApplicationTest {

    private static final String GREET = Greeter.class.getName() + ":greet(java.lang.String)";

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    void isLeftAloneWithoutASetting() {
        DubboApp provider = app("provider", Map.of()).provide("dubbo", new LocalGreeter("hello"));
        provider.start();

        Greeter consumer = app("consumer", Map.of()).start().consume(provider);

        assertThat(consumer.greet("you")).isEqualTo("hello");
        assertThat(DubboGovernance.of(provider.model)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "opensergo.endpoint | :::             | must be host:port",
                "opensergo.endpoint | localhost:x     | must be host:port",
                "opensergo.instances | 0              | must be a whole number >= 1, was '0'",
                "opensergo.business-exceptions-are-errors | maybe | must be true or false, was 'maybe'",
            })
    void doesNotStartWithASettingThatCannotBeUsed(String name, String value, String problem) {
        DubboApp provider =
                app("provider", Map.of(name, value)).provide("dubbo", new LocalGreeter("hello"));

        assertThatThrownBy(provider::start)
                .rootCause()
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(name + ": " + problem);
    }

    @Test
    void takesSettingsFromDubbosPropertiesBeforeParameters() throws IOException {
        DubboApp consumer =
                app(
                        "consumer",
                        Map.of("opensergo.endpoint", "localhost:1", "opensergo.app", "other"));
        consumer.model
                .modelEnvironment()
                .updateAppConfigMap(
                        Map.of(
                                "opensergo.endpoint",
                                "localhost:" + controlPlane().port(),
                                "opensergo.namespace",
                                "shop"));

        consumer.start().consume("dubbo://127.0.0.1:1");

        assertThat(consumer.governance().client().target()).isEqualTo(Target.of("shop", "other"));
        consumer.governance().governor().ready().block(DubboApp.PATIENCE);
    }

    @Test
    void takesTheNameOfTheApplicationByDefault() throws IOException {
        DubboApp consumer = app("checkout", endpoint(controlPlane())).start();

        assertThat(consumer.governance().client().target())
                .isEqualTo(Target.of("default", "checkout"));
    }

    @Test
    void startsByTheEnvironmentAlone(@TempDir Path directory) throws Exception {
        Path output = directory.resolve("output");
        ControlPlane controlPlane = controlPlane();
        ProcessBuilder builder = new JavaCommand().process(BootstrappedApp.class);
        builder.environment()
                .put(
                        "OPENSERGO_BOOTSTRAP_CONFIG",
                        "{\"endpoint\":\"localhost:%d\",\"namespace\":\"shop\"}"
                                .formatted(controlPlane.port()));
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        opened.add(0, process::destroyForcibly);

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(output).content().contains("governed as " + Target.of("shop", "bootstrapped"));
    }

    @Test
    void governsEachApplicationOfAProcessByItsOwnRules() throws IOException {
        var rules = new InMemoryRuleSource();
        rules.put(Rules.limit("strict", GREET, 1));
        rules.put(Rules.limit("lenient", GREET, 3));
        ControlPlane controlPlane = controlPlane(rules);
        DubboApp provider = app("provider", Map.of()).provide("dubbo", new LocalGreeter("hello"));
        provider.start();
        DubboApp strict = app("strict", endpoint(controlPlane)).start();
        DubboApp lenient = app("lenient", endpoint(controlPlane)).start();

        Greeter ofStrict = strict.consume(provider);
        Greeter ofLenient = lenient.consume(provider);
        strict.await(plan -> plan.resources().contains(GREET));
        lenient.await(plan -> plan.resources().contains(GREET));

        assertThat(admitted(5, ofStrict)).isEqualTo(1);
        assertThat(admitted(5, ofLenient)).isEqualTo(3);
    }

    @Test
    void startsWithoutTheControlPlaneAndIsGovernedWhenItComes() throws Exception {
        int port = DubboApp.freePort();
        DubboApp provider =
                app("provider", Map.of("opensergo.endpoint", "localhost:" + port))
                        .provide("dubbo", new LocalGreeter("hello"));
        provider.start();
        Greeter consumer = app("consumer", Map.of()).start().consume(provider);

        assertThat(admitted(5, consumer)).as("ungoverned").isEqualTo(5);

        var rules = new InMemoryRuleSource();
        rules.put(Rules.limit("provider", GREET, 2));
        opened.add(ControlPlane.builder().port(port).source(rules).start());
        provider.await(plan -> plan.resources().contains(GREET));

        assertThat(admitted(5, consumer)).isEqualTo(2);
    }

    @Test
    void takesTheGoodOnesOfSomeRules() throws IOException {
        var rules = new InMemoryRuleSource();
        rules.put(Rules.limit("consumer", GREET, 2));
        rules.put(
                Rules.read(
                        """
                        apiVersion: fault-tolerance.opensergo.io/v1alpha1
                        kind: FaultToleranceRule
                        metadata: {name: nobody, labels: {app: consumer}}
                        spec:
                          targets: [{targetResourceName: "no.such.Service"}]
                          strategies: [{name: no-such-strategy, kind: RateLimitStrategy}]
                        """));
        DubboApp provider = app("provider", Map.of()).provide("dubbo", new LocalGreeter("hello"));
        provider.start();
        DubboApp caller = app("consumer", endpoint(controlPlane(rules))).start();

        Greeter consumer = caller.consume(provider);
        caller.await(plan -> plan.resources().contains(GREET) && !plan.problems().isEmpty());

        assertThat(admitted(5, consumer)).isEqualTo(2);
    }

    @Test
    void freesItsThreadsWhenTheApplicationIsDestroyed() throws IOException {
        DubboApp consumer = new DubboApp("consumer", DubboApp.none(), endpoint(controlPlane()));
        consumer.start().consume("dubbo://127.0.0.1:1");
        consumer.governance().governor().ready().block(DubboApp.PATIENCE);
        assertThat(threads()).isPositive();

        consumer.close();

        await().atMost(DubboApp.PATIENCE).until(() -> threads() == 0);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("opensergo-client"))
                .count();
    }

    private static int admitted(int calls, Greeter greeter) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            Throwable error = catchThrowable(() -> greeter.greet("you"));
            if (error == null) {
                admitted++;
            } else {
                assertThat(error).isInstanceOf(RpcException.class).hasMessageContaining("refused");
            }
        }
        return admitted;
    }

    private static Map<String, String> endpoint(ControlPlane controlPlane) {
        return Map.of("opensergo.endpoint", "localhost:" + controlPlane.port());
    }

    private ControlPlane controlPlane() throws IOException {
        return controlPlane(new InMemoryRuleSource());
    }

    private ControlPlane controlPlane(InMemoryRuleSource rules) throws IOException {
        ControlPlane started = ControlPlane.builder().port(0).source(rules).start();
        opened.add(started);
        return started;
    }

    private DubboApp app(String name, Map<String, String> parameters) {
        var app = new DubboApp(name, DubboApp.none(), parameters);
        opened.add(0, app);
        return app;
    }
}
