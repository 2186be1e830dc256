package io.opensergo.rulefiles;

import io.opensergo.rules.document.RuleReader;
import io.opensergo.testsupport.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A directory of rules and its scanner, which scans when the test says so. */
abstract class ScannedDirectory {

    @TempDir Path temp;
    Path directory;
    Path file;
    final Recorder recorder = new Recorder();
    final ManualClock clock = new ManualClock(Instant.now());
    DirectoryScanner scanner;

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createDirectory(temp.resolve("rules"));
        file = directory.resolve("a.yaml");
        scanner =
                new DirectoryScanner(
                        directory, reader(), clock, recorder, new SlowReads(Runnable::run));
    }

    /** Sets the time of every entry of the directory, and of itself, as the last write left it. */
    void setTimes(Instant moment) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.toList()) {
                Files.setLastModifiedTime(entry, FileTime.from(moment));
            }
        }
    }

    static RuleReader reader() {
        return RuleReader.strict().withAppRequired();
    }

    void settle() {
        scanner.scan();
        scanner.scan();
    }

    void writeAndSettle(String content) throws IOException {
        Files.writeString(file, content);
        settle();
    }

    void writeAt(Instant modified, String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    void write(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
