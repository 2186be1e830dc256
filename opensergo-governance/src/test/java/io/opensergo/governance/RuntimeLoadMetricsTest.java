package io.opensergo.governance;

import static io.opensergo.governance.Rules.cpu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is measured of the real process while it is busy, whoever else measures it. */
class RuntimeLoadMetricsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AtomicBoolean running = new AtomicBoolean(true);
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        running.set(false);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void everyGovernorSeesTheLoadWhileAnAgentPollsTheRuntimeToo() {
        pollTheRuntime();
        keepAllProcessorsBusy();
        var strategy = cpu("node-guard", 0.99, AdaptiveStrategy.NONE);

        try (Governor first = Governor.of(strategy);
                Governor second = Governor.of(strategy);
                Governor third = Governor.of(strategy)) {
            for (Governor governor : List.of(first, second, third)) {
                await().atMost(PATIENCE)
                        .during(Duration.ofSeconds(1))
                        .until(() -> governor.engine().load().cpu(), load -> load > 0.8);
            }
        }
    }

    /** To whoever asks second the runtime would say that nothing was used since. */
    @Test
    void twoWhoAskOneAfterTheOtherBothLearnIt() {
        LoadMetrics first = LoadMetrics.ofRuntime();
        LoadMetrics second = LoadMetrics.ofRuntime();
        first.cpu();

        for (int i = 0; i < 50; i++) {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < 60_000_000) {
                Thread.onSpinWait();
            }
            assertThat(first.cpu()).isPositive();
            assertThat(second.cpu()).isPositive();
        }
    }

    /** One thread keeps all that is left to the process busy, however many processors there are. */
    @Test
    void knowsWhatTasksetLeaves() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/taskset"))).isTrue();
        Process process =
                new ProcessBuilder(
                                "/usr/bin/taskset",
                                "-c",
                                "0",
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                OneBusyThread.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output).endsWith("busy" + System.lineSeparator());
        } finally {
            process.destroyForcibly();
        }
    }

    /** Asks for the load from the only thread that has something to do. */
    public static final class OneBusyThread {

        private OneBusyThread() {}

        /** Says so when the load is high. */
        public static void main(String[] arguments) {
            LoadMetrics metrics = LoadMetrics.ofRuntime();
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < PATIENCE.toNanos()) {
                if (metrics.cpu() > 0.8) {
                    System.out.println("busy");
                    return;
                }
            }
            System.out.println("idle, as it seems: " + metrics.cpu());
        }
    }

    /** The measures of the runtime are those since anybody asked last, so little is left to see. */
    private void pollTheRuntime() {
        var runtime = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        start(
                () -> {
                    runtime.getProcessCpuLoad();
                    runtime.getCpuLoad();
                });
    }

    private void keepAllProcessorsBusy() {
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            start(Thread::onSpinWait);
        }
    }

    private void start(Runnable task) {
        Thread thread =
                new Thread(
                        () -> {
                            while (running.get()) {
                                task.run();
                            }
                        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }
}
