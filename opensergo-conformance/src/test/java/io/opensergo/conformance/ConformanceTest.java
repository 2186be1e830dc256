package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.conformance.governor.GovernorDriver;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.controlplane.InMemoryRuleSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The engine of this project decides as every case expects, however its rules come to it. */
class ConformanceTest {

    private static final InMemoryRuleSource MEMORY = new InMemoryRuleSource();
    private static final AtomicInteger APPS = new AtomicInteger();

    @TempDir private static Path directory;

    private static ControlPlane ofMemory;
    private static ControlPlane ofDirectory;
    private static OpenSergoClient clientOfMemory;
    private static OpenSergoClient clientOfDirectory;

    @BeforeAll
    static void startControlPlanes() {
        ofMemory = ControlPlane.builder().port(0).source(MEMORY).start();
        clientOfMemory = OpenSergoClients.connect("localhost:" + ofMemory.port());
        var source = DirectoryRuleSource.of(directory).withPollInterval(Duration.ofMillis(2));
        ofDirectory = ControlPlane.builder().port(0).source(source).start();
        clientOfDirectory = OpenSergoClients.connect("localhost:" + ofDirectory.port());
    }

    @AfterAll
    static void stopControlPlanes() {
        clientOfMemory.close();
        clientOfDirectory.close();
        ofMemory.close();
        ofDirectory.close();
    }

    @TestFactory
    Stream<DynamicTest> decidesByRulesGivenDirectly() {
        return everyCase(GovernorDriver::of);
    }

    @TestFactory
    Stream<DynamicTest> decidesByRulesFromTheMemoryOfAControlPlane() {
        return everyCase(
                application ->
                        driver(
                                application,
                                clientOfMemory,
                                documents -> MEMORY.replaceAll(documents.rules())));
    }

    @TestFactory
    Stream<DynamicTest> decidesByRulesFromTheDirectoryOfAControlPlane() {
        return everyCase(
                application -> driver(application, clientOfDirectory, ConformanceTest::writeFile));
    }

    private static ConformanceDriver driver(
            Application application, OpenSergoClient client, Consumer<RuleDocuments> source) {
        String app = "app" + APPS.incrementAndGet();
        return GovernorDriver.of(application, new NetworkDelivery(client, source, app));
    }

    private static Stream<DynamicTest> everyCase(ConformanceDriver.Factory drivers) {
        var runner = ConformanceRunner.of(drivers);
        return ConformanceSuite.cases().stream()
                .map(
                        each ->
                                dynamicTest(
                                        each.toString(),
                                        () ->
                                                assertThat(runner.run(each))
                                                        .matches(CaseReport::isPassed)));
    }

    private static void writeFile(RuleDocuments documents) {
        Path file = directory.resolve("rules.yaml");
        Path draft = directory.resolve(".draft");
        try {
            if (documents.text().isBlank()) {
                Files.deleteIfExists(file);
            } else {
                Files.writeString(draft, documents.text());
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
