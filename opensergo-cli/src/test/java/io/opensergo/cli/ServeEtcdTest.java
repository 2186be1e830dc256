package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.etcd.EtcdServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Rules in etcd, as an operator serves and changes them. */
class ServeEtcdTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern CONSOLE = Pattern.compile("The console is on (\\S+)");
    private static final String RULE =
            """
            # why it is so
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: ThrottlingStrategy
            metadata: {name: a, labels: {app: shop}}
            spec: {minIntervalOfRequests: 5ms, queueTimeout: 1s}
            """;

    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine command = OpenSergoCommand.commandLine();
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }

    @Test
    void rulesAreStoredServedShownAndTakenBack() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), RULE);
        try (EtcdServer etcd = EtcdServer.start(directory)) {
            String at = "--etcd=" + etcd.endpoint();
            assertThat(run("put", at, file.toString(), "-m", "the first"))
                    .as(err.toString())
                    .isZero();
            assertThat(run("get", at, "ThrottlingStrategy", "a")).isZero();
            assertThat(out).hasToString(RULE);
            Process served = serve(at);
            try {
                assertThat(CliProcess.read(directory.resolve("log")))
                        .contains("etcd " + etcd.endpoint() + "/opensergo");
                Files.writeString(file, RULE.replace("5ms", "7ms"));
                assertThat(run("put", at, file.toString(), "-m", "slower")).isZero();

                await().atMost(PATIENCE)
                        .untilAsserted(
                                () ->
                                        assertThat(CliProcess.read(directory.resolve("log")))
                                                .contains(
                                                        "Edited ThrottlingStrategy default/shop/a"));
            } finally {
                served.destroyForcibly().waitFor();
            }
            assertThat(run("history", at)).isZero();
            assertThat(out.toString()).startsWith("2  ").contains("slower", "the first");
            assertThat(run("rollback", at, "2")).as(err.toString()).isZero();
            assertThat(run("get", at, "ThrottlingStrategy", "a")).isZero();
            assertThat(out).hasToString(RULE);
        }
    }

    private Process serve(String at) throws Exception {
        Path log = directory.resolve("log");
        Process process =
                CliProcess.builder("serve", at, "--port", "0", "--console", "0")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        await().atMost(PATIENCE).until(() -> CONSOLE.matcher(CliProcess.read(log)).find());
        return process;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "serve --etcd localhost; must be host:port, such as localhost:2379",
                "serve --etcd localhost:1 --rules .; exclude each other",
                "serve --rules . --etcd-prefix /x; need --etcd",
                "serve --etcd localhost:1 --etcd-prefix x/; prefix must begin with a slash",
                "serve --etcd localhost:1 --etcd-cert a.pem; need each other",
                "serve --etcd localhost:1 --etcd-user root; OPENSERGO_ETCD_PASSWORD",
                "get; one of --rules DIR, --etcd HOST:PORT and --console URL",
                "get --rules . --etcd localhost:1; one of --rules DIR, --etcd HOST:PORT and --console URL",
                "get --etcd localhost:x; must be host:port"
            })
    void whatCannotBeMeantIsRefused(String arguments, String why) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).contains(why);
    }

    @Test
    void anEtcdThatIsNotThereIsSaid() {
        for (String command : List.of("serve", "get")) {
            assertThat(run(command, "--etcd=127.0.0.1:1")).isEqualTo(1);
            assertThat(err.toString())
                    .contains("etcd 127.0.0.1:1/opensergo does not answer: check the endpoints");
        }
    }
}
