package io.opensergo.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.RuleKey;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CacheDirectoryTest {

    private static final int MAX_BYTES = 100_000;

    @TempDir Path parent;

    private Path path;
    private CacheDirectory directory;

    @BeforeEach
    void name() {
        path = parent.resolve("state").resolve("rules");
        directory = new CacheDirectory(path, MAX_BYTES);
    }

    private static RuleKey key(String namespace, String app) {
        return new RuleKey(Target.of(namespace, app), RateLimitStrategy.KIND);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(path)) {
            return files.toList();
        }
    }

    @Test
    void readsWhatWasWrittenLast() throws IOException {
        RuleKey key = key("default", "shop");
        assertThat(directory.read(key)).isNull();

        directory.write(key, "one".getBytes(UTF_8));
        directory.write(key, "two".getBytes(UTF_8));

        assertThat(directory.read(key)).isEqualTo("two".getBytes(UTF_8));
        assertThat(files()).containsExactly(directory.file(key));
    }

    @Test
    void fileIsNamedForPeopleAndProgramsTellApartWhatPeopleCannot() {
        assertThat(directory.file(key("default", "foo-app")).getFileName().toString())
                .matches("default_foo-app_ratelimitstrategy-[0-9a-f]{16}\\.rules");
        var names =
                new ArrayList<>(
                        List.of(
                                directory.file(key("a", "b_c")),
                                directory.file(key("a_b", "c")),
                                directory.file(key("a", "B_C")),
                                directory.file(key("a", "b/c")),
                                directory.file(key("a", "../c")),
                                directory.file(key("a", "b\0c")),
                                directory.file(key("a", "商店")),
                                directory.file(key("a", "商铺")),
                                directory.file(key("a", "x".repeat(1000))),
                                directory.file(key("a", "x".repeat(1001))),
                                directory.file(
                                        new RuleKey(
                                                Target.of("a", "b_c"),
                                                ConcurrencyLimitStrategy.KIND))));
        Set<String> distinct = new HashSet<>();
        for (Path name : names) {
            assertThat(name.getParent()).isEqualTo(path);
            assertThat(name.getFileName().toString()).matches("[a-z0-9~_-]+\\.rules");
            assertThat(name.getFileName().toString()).hasSizeLessThan(200);
            distinct.add(name.toString().toLowerCase(Locale.ROOT));
        }
        assertThat(distinct).hasSameSizeAs(names);
    }

    @Test
    void keyOfAnyCharactersIsWrittenAndRead() throws IOException {
        RuleKey key = key("a:b", "../../商店\n*?\"<>|");

        directory.write(key, new byte[] {1});

        assertThat(directory.read(key)).containsExactly(1);
        assertThat(files()).hasSize(1);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void onlyTheOwnerReads() throws IOException {
        RuleKey key = key("default", "shop");

        directory.write(key, new byte[] {1});

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwx------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.file(key))))
                .isEqualTo("rw-------");
    }

    @Test
    void fileThatIsTooLargeIsNeitherReadNorWritten() throws IOException {
        RuleKey key = key("default", "shop");
        directory.write(key, new byte[MAX_BYTES]);
        assertThat(directory.read(key)).hasSize(MAX_BYTES);

        assertThatThrownBy(() -> directory.write(key, new byte[MAX_BYTES + 1]))
                .hasMessageContaining("100001");
        Files.write(directory.file(key), new byte[MAX_BYTES + 1]);
        assertThatThrownBy(() -> directory.read(key)).hasMessageContaining("larger than 100000");
    }

    @Test
    void directoryInPlaceOfAFileIsRefusedAndWritingOverItFails() throws IOException {
        RuleKey key = key("default", "shop");
        Files.createDirectories(directory.file(key).resolve("inside"));

        assertThatThrownBy(() -> directory.read(key)).hasMessageContaining("regular file");
        assertThatThrownBy(() -> directory.write(key, new byte[1])).isInstanceOf(IOException.class);
        assertThat(files()).containsExactly(directory.file(key));
    }

    @Test
    void temporaryFilesOfADeadProcessAreDeletedAndThoseOfALivingOneAreNot() throws IOException {
        Instant now = Instant.parse("2026-01-01T12:00:00Z");
        directory.cleanUp(now);
        directory.write(key("default", "shop"), new byte[] {1});
        Path old = Files.createFile(path.resolve("default_shop.1.rules.tmp"));
        Path young = Files.createFile(path.resolve("default_shop.2.rules.tmp"));
        Path foreign = Files.createFile(path.resolve("notes.tmp"));
        Files.setLastModifiedTime(old, FileTime.from(now.minus(Duration.ofMinutes(11))));
        Files.setLastModifiedTime(young, FileTime.from(now.minus(Duration.ofMinutes(9))));
        Files.setLastModifiedTime(foreign, FileTime.from(now.minus(Duration.ofDays(1))));

        directory.cleanUp(now);

        assertThat(files())
                .containsExactlyInAnyOrder(young, foreign, directory.file(key("default", "shop")));
    }

    @Test
    void processesThatShareADirectoryNeverReadAMixture() throws Exception {
        RuleKey key = key("default", "shop");
        directory.write(key, new byte[50_000]);
        var executor = Executors.newFixedThreadPool(3);
        try {
            List<Future<Integer>> results = new ArrayList<>();
            results.add(executor.submit(writing(key, (byte) 1)));
            results.add(executor.submit(writing(key, (byte) 2)));
            results.add(executor.submit(reading(key)));
            for (Future<Integer> result : results) {
                assertThat(result.get()).isEqualTo(100);
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(files()).containsExactly(directory.file(key));
    }

    private Callable<Integer> writing(RuleKey key, byte value) {
        return () -> {
            var mine = new CacheDirectory(path, MAX_BYTES);
            int writes = 0;
            while (writes < 100) {
                byte[] content = new byte[50_000 + value * (writes + 1)];
                Arrays.fill(content, value);
                mine.write(key, content);
                writes++;
            }
            return writes;
        };
    }

    private Callable<Integer> reading(RuleKey key) {
        return () -> {
            int reads = 0;
            while (reads < 100) {
                byte[] content = directory.read(key);
                assertThat(content).isNotNull();
                for (byte each : content) {
                    assertThat(each == content[0]).isTrue();
                }
                reads++;
            }
            return reads;
        };
    }
}
