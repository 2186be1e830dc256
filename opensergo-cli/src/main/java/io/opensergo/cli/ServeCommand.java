package io.opensergo.cli;

import io.opensergo.console.Console;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneBuilder;
import io.opensergo.controlplane.RuleSource;
import io.opensergo.kubernetes.AdmissionWebhook;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rules.document.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs a control plane on a directory of rule files, or on a cluster, until the process is told to
 * end.
 */
@Command(
        name = "serve",
        description =
                "Runs a control plane on a directory of rule files or on a Kubernetes cluster.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was told to end",
            "1:failure",
            "2:wrong usage",
            "3:the memory was used up"
        })
final class ServeCommand implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private ServeSource where = new ServeSource();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on, 0 for any free one; default: ${DEFAULT-VALUE}.")
    private int port = ControlPlane.DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description =
                    "The address to listen on; default: ${DEFAULT-VALUE}, this machine alone. 0.0.0.0 is every"
                            + " address.")
    private String host = "localhost";

    @Option(
            names = "--status-every",
            paramLabel = "TIME",
            description = "How often what it is doing is logged, if that has changed; default: 1m.")
    private Duration statusEvery = Duration.ofMinutes(1);

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = {
                "Where the highest version that was served is kept, so that versions go on rising after",
                "a restart on rules that were restored from a backup; one directory for each replica."
            })
    private @Nullable Path state;

    @Mixin private ServeSecurity security = new ServeSecurity();

    @Mixin private ServeLimits limits = new ServeLimits();

    @Mixin private ServeManagement management = new ServeManagement();

    @Mixin private ServeConsole console = new ServeConsole();

    @Mixin private ServeWebhook webhook = new ServeWebhook();

    private volatile boolean isDraining;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (port < 0 || port > 65535) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--port must be from 0 to 65535, was " + port);
        }
        management.check(spec.commandLine());
        console.check(spec.commandLine());
        webhook.check(spec.commandLine(), where.isCluster(), security.isEncrypted());
        RuleSource source = where.create(spec.commandLine());
        ControlPlaneBuilder builder =
                ControlPlane.builder().host(host).port(port).kinds(Kinds.all()).source(source);
        security.apply(builder, spec.commandLine());
        limits.apply(builder);
        if (state != null) {
            builder.stateDirectory(state);
        }
        OutOfMemory.endsTheProcess();
        ControlPlane controlPlane = builder.start();
        var beside = new Beside();
        startBeside(controlPlane, beside);
        ProcessEnd end = ProcessEnd.closing(() -> close(controlPlane, beside), out);
        out.println(
                "Serving the rules of "
                        + source.name()
                        + " on "
                        + host
                        + ":"
                        + controlPlane.port());
        beside.tell(out, management.host(), console);
        out.flush();
        try {
            waitForSignal(controlPlane);
        } finally {
            end.commandIsOver();
        }
    }

    /** The servers beside the control plane's, and what they need. */
    private static final class Beside {

        private @Nullable ManagementServer managed;
        private @Nullable RuleRepository repository;
        private @Nullable Console console;
        private @Nullable AdmissionWebhook webhook;

        void tell(PrintWriter out, String managementHost, ServeConsole settings) {
            if (managed != null) {
                out.println(
                        "Answering /livez, /readyz and /metrics on "
                                + managementHost
                                + ":"
                                + managed.port());
            }
            if (console != null) {
                out.println("The console is on " + settings.urlOf(console));
            }
            if (webhook != null) {
                out.println("The admission webhook is on port " + webhook.port());
            }
        }

        /** To be closed before the control plane, so that nothing is changed any more. */
        void closeConsole() {
            if (console != null) {
                console.close();
            }
            if (repository != null) {
                repository.close();
            }
            if (webhook != null) {
                webhook.close();
            }
        }

        void closeManagement() {
            if (managed != null) {
                managed.close();
            }
        }
    }

    private void startBeside(ControlPlane controlPlane, Beside beside) {
        try {
            beside.managed = management.start(controlPlane, () -> !isDraining);
            if (console.isWanted()) {
                beside.repository = where.repository(spec.commandLine());
                beside.console = console.start(controlPlane, beside.repository);
            }
            beside.webhook = webhook.start(controlPlane);
        } catch (RuntimeException e) {
            beside.closeConsole();
            controlPlane.close();
            beside.closeManagement();
            throw e;
        }
    }

    /** Probes are answered until the control plane has drained. */
    private void close(ControlPlane controlPlane, Beside beside) {
        isDraining = true;
        beside.closeConsole();
        controlPlane.close();
        beside.closeManagement();
    }

    private void waitForSignal(ControlPlane controlPlane) {
        var never = new CountDownLatch(1);
        String logged = "";
        try {
            while (!never.await(statusEvery.toNanos(), TimeUnit.NANOSECONDS)) {
                long errors = controlPlane.problems().stream().filter(Problem::isError).count();
                String line = StatusLine.of(controlPlane.status(), (int) errors);
                if (!line.equals(logged)) {
                    LOG.info("{}", line);
                    logged = line;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
