package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.controlplane.TestClient.versionOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.document;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.PushStamp;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control planes over one directory, between which a client may move. */
class ReplicaTest {

    private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir private Path temp;
    private Path directory;

    @BeforeEach
    void writeRules() throws Exception {
        directory = Files.createDirectory(temp.resolve("rules"));
        save("a.yaml", document("a", 1));
        save("b.yaml", document("b", 1));
        Files.setLastModifiedTime(directory.resolve("a.yaml"), FileTime.from(LONG_AGO));
        Files.setLastModifiedTime(
                directory.resolve("b.yaml"), FileTime.from(LONG_AGO.plusSeconds(1)));
        Files.setLastModifiedTime(directory, FileTime.from(LONG_AGO));
    }

    @Test
    void handOutEqualVersionsForEqualStatesHoweverTheyCameToIt() throws Exception {
        try (ControlPlane one = start();
                ControlPlane two = start();
                var clientOfOne = new TestClient(one);
                var clientOfTwo = new TestClient(two)) {
            Stream first = clientOfOne.open().subscribe("foo-app", RATE_LIMIT);
            Stream second = clientOfTwo.open().subscribe("foo-app", RATE_LIMIT);
            long version = versionOf(first.next());
            assertThat(versionOf(second.next())).isEqualTo(version);
            assertThat(version).isEqualTo(Versions.at(LONG_AGO.plusSeconds(1)));

            save("a.yaml", document("a", 2));
            SubscribeResponse edited = first.next();
            assertThat(rulesOf(edited)).contains(rateLimit("a", 2));
            assertThat(versionOf(edited)).isEqualTo(timeOfDirectory());
            assertThat(versionOf(second.next())).isEqualTo(versionOf(edited));

            Files.delete(directory.resolve("b.yaml"));
            long deleted = versionOf(first.next());
            assertThat(deleted).isGreaterThan(versionOf(edited)).isEqualTo(timeOfDirectory());
            assertThat(versionOf(second.next())).isEqualTo(deleted);

            try (ControlPlane late = start();
                    var clientOfLate = new TestClient(late)) {
                SubscribeResponse push =
                        clientOfLate.open().subscribe("foo-app", RATE_LIMIT).next();
                assertThat(rulesOf(push)).containsExactly(rateLimit("a", 2));
                assertThat(versionOf(push)).isEqualTo(deleted).isEqualTo(ask(first));
                assertThat(ask(second)).isEqualTo(deleted);
            }
        }
    }

    @Test
    void giveAKeyThatIsOldTheVersionOfTheWholeState() throws Exception {
        try (ControlPlane one = start();
                var client = new TestClient(one)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            stream.next();
            save("c.yaml", document("c", 1).replace("foo-app", "bar-app"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> one.status().revision() == timeOfDirectory());

            stream.expectNothing();
            assertThat(ask(stream)).isEqualTo(timeOfDirectory());
            assertThat(
                            versionOf(
                                    stream.subscribe("foo-app", ThrottlingStrategy.KIND.wireName())
                                            .next()))
                    .isEqualTo(timeOfDirectory());
        }
    }

    @Test
    void stampAPushWithTheTimeWhenItsRulesCameIntoForce() throws Exception {
        Instant before = Instant.now();
        try (ControlPlane one = start();
                var client = new TestClient(one)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            Instant started = stampOf(stream.next());
            assertThat(started).isBetween(before, Instant.now());

            Instant edit = Instant.now();
            save("a.yaml", document("a", 2));
            Instant changed = stampOf(stream.next());

            assertThat(changed).isBetween(edit, Instant.now());
            assertThat(stampOf(stream.subscribe("foo-app", RATE_LIMIT).next())).isEqualTo(changed);
        }
    }

    private ControlPlane start() {
        return ControlPlane.builder()
                .port(0)
                .source(DirectoryRuleSource.of(directory).withPollInterval(Duration.ofMillis(20)))
                .start();
    }

    /** Returns the version of the rules now, by asking again. */
    private static long ask(Stream stream) throws Exception {
        return versionOf(stream.subscribe("foo-app", RATE_LIMIT).next());
    }

    private static Instant stampOf(SubscribeResponse push) {
        return PushStamp.of(push.getStatus().getDetailsList());
    }

    /** Saves a file as a good editor does: by a rename, so that it is one change. */
    private void save(String name, String content) throws Exception {
        Path draft = Files.writeString(temp.resolve("draft"), content);
        Files.move(draft, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private long timeOfDirectory() throws Exception {
        return Versions.at(Files.getLastModifiedTime(directory).toInstant());
    }
}
