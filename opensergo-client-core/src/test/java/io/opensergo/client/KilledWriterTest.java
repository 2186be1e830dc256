package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Origin;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed while it writes its cache, over and over. */
class KilledWriterTest {

    private static final int ROUNDS = 4;
    private static final int RULES = 500;
    private static final int MAX_BYTES = 1 << 20;
    private static final RuleKey KEY = new RuleKey(Target.of("shop"), RateLimitStrategy.KIND);

    @TempDir Path directory;

    /** The process that is killed: writes for ever, and says so after each write. */
    static final class Writer {

        public static void main(String[] arguments) throws IOException {
            var directory = new CacheDirectory(Path.of(arguments[0]), MAX_BYTES);
            for (long number = Long.parseLong(arguments[1]); ; number++) {
                directory.write(KEY, CacheFile.encode(snapshot(number)));
                System.out.println(number);
            }
        }
    }

    /** Rules that all bear one number, so that a mixture of two would show. */
    private static RuleSnapshot<RateLimitStrategy> snapshot(long number) {
        return new RuleSnapshot<>(
                Target.of("shop"),
                RateLimitStrategy.KIND,
                number,
                Origin.CONTROL_PLANE,
                Instant.EPOCH,
                LongStream.range(0, RULES).mapToObj(i -> limit("rule-" + i, number)).toList(),
                List.of());
    }

    @Test
    void leavesOneWholeSnapshotAndItsTemporaryFileIsDeletedLater() throws Exception {
        long seed = 20260101;
        System.out.println("KilledWriterTest seed " + seed);
        var random = new Random(seed);
        long written = 0;
        for (int round = 0; round < ROUNDS; round++) {
            written = killAfter(1 + random.nextInt(40), written + 1);

            byte[] content = new CacheDirectory(directory, MAX_BYTES).read(KEY);
            RuleSnapshot<RateLimitStrategy> read =
                    CacheFile.decode(content, Target.of("shop"), RateLimitStrategy.KIND);
            assertThat(read.version()).isGreaterThanOrEqualTo(written);
            assertThat(read.rules()).isEqualTo(snapshot(read.version()).rules());
            written = read.version();
        }

        new CacheDirectory(directory, MAX_BYTES).cleanUp(Instant.now().plus(Duration.ofHours(1)));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    /** Kills a writer after some writes, amid the next, and returns the last that it spoke of. */
    private long killAfter(int writes, long firstNumber) throws Exception {
        Process writer =
                new JavaCommand()
                        .process(Writer.class, directory.toString(), Long.toString(firstNumber))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long last = 0;
        try (BufferedReader output = writer.inputReader()) {
            for (int i = 0; i < writes; i++) {
                last = Long.parseLong(output.readLine());
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return last;
    }
}
