package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.csp.sentinel.config.SentinelConfig;
import com.alibaba.csp.sentinel.init.InitExecutor;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.testsupport.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start by the jar and a setting alone. */
@Tag("one-version")
class ZeroCodeTest {

    /** What Sentinel itself does at its first entry must not come between. */
    @BeforeAll
    static void startSentinel() {
        InitExecutor.doInit();
        assertThat(OpenSergoSentinel.started()).isEmpty();
    }

    @AfterEach
    void stop() {
        OpenSergoSentinel.started().ifPresent(OpenSergoSentinel::close);
        SentinelConfig.removeConfig(OpenSergoInitFunc.ENDPOINT);
        SentinelConfig.removeConfig(OpenSergoInitFunc.NAMESPACE);
        Rig.resetSentinel();
    }

    @Test
    void withoutASettingNothingStarts() {
        new OpenSergoInitFunc().init();

        assertThat(OpenSergoSentinel.started()).isEmpty();
    }

    @Test
    void sentinelsSettingsNameTheControlPlaneAndItsAppTheTarget() throws IOException {
        String app = SentinelConfig.getAppName();
        var strategy = Rules.rate(Metadata.of("dev", app, "limit"), LimitMode.LOCAL, 0, 1);
        var rule = Rules.rule(Metadata.of("dev", app, "rule"), List.of("set-up"), null, strategy);
        var source = new InMemoryRuleSource();
        source.put(strategy, rule);
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start()) {
            SentinelConfig.setConfig(
                    OpenSergoInitFunc.ENDPOINT, " localhost:" + controlPlane.port() + " ");
            SentinelConfig.setConfig(OpenSergoInitFunc.NAMESPACE, "dev");

            new OpenSergoInitFunc().init();

            OpenSergoSentinel started = OpenSergoSentinel.started().orElseThrow();
            assertThat(started.target()).isEqualTo(Target.of("dev", app));
            Rig.eventually(() -> !Calls.passes("set-up"));
        }
    }

    @Test
    void anApplicationThatHasStartedItselfIsNotGovernedTwice() throws IOException {
        try (ControlPlane controlPlane =
                        ControlPlane.builder().port(0).source(new InMemoryRuleSource()).start();
                OpenSergoClient client = Rig.client(controlPlane.port())) {
            SentinelConfig.setConfig(
                    OpenSergoInitFunc.ENDPOINT, "localhost:" + controlPlane.port());
            Target target = Target.of(SentinelConfig.getAppName());
            OpenSergoSentinel own = OpenSergoSentinel.start(client, target);
            OpenSergoSentinel other = OpenSergoSentinel.start(client, Target.of("other"));

            new OpenSergoInitFunc().init();
            assertThat(OpenSergoSentinel.started()).isEmpty();

            own.close();
            new OpenSergoInitFunc().init();
            assertThat(OpenSergoSentinel.started()).map(OpenSergoSentinel::target).hasValue(target);
            other.close();
        }
    }

    @Test
    void aWrongEndpointIsNoReasonNotToStart() {
        SentinelConfig.setConfig(OpenSergoInitFunc.ENDPOINT, "not an endpoint:99999");

        new OpenSergoInitFunc().init();

        assertThat(OpenSergoSentinel.started()).isEmpty();
        assertThat(Calls.passes("free")).isTrue();
    }

    @Test
    void theEnvironmentIsAllThatAnApplicationNeeds(@TempDir Path directory) throws Exception {
        var source = new InMemoryRuleSource();
        source.put(Rules.on("forked", Rules.rate("limit", 0, 1)));
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start()) {
            String bootstrap = "{\"endpoint\":\"localhost:%d\"}".formatted(controlPlane.port());

            String output = fork(directory, bootstrap);

            assertThat(output).contains("refused").doesNotContain("never");
        }
    }

    @Test
    void anUnusableEnvironmentIsNamedAndTheApplicationRuns(@TempDir Path directory)
            throws Exception {
        String output = fork(directory, "{\"endpiont\":\"localhost:1\"}", "brief");

        assertThat(output)
                .contains("OpenSergo does not govern Sentinel", "endpiont")
                .contains("not refused");
    }

    /** Runs an application in a process of its own, to its end. */
    private static String fork(Path directory, String bootstrap, String... arguments)
            throws Exception {
        Path output = directory.resolve("output");
        ProcessBuilder builder =
                new JavaCommand()
                        .with("-Dproject.name=" + Rules.APP, "-Dcsp.sentinel.log.dir=" + directory)
                        .process(ForkedApplication.class, arguments);
        builder.environment().remove("OPENSERGO_BOOTSTRAP");
        builder.environment().put("OPENSERGO_BOOTSTRAP_CONFIG", bootstrap);
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
