package io.opensergo.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;

class StarterCheckTest {

    @TempDir Path directory;

    @Test
    void oneStarterOfTheRightVersionIsFine() throws IOException {
        StarterCheck.check(List.of(starter(4)), "4.0.9");
    }

    @Test
    void twoStartersAreRefusedWithTheOneToKeep() throws IOException {
        List<URL> both = List.of(starter(3), starter(4));

        assertThatThrownBy(() -> StarterCheck.check(both, "4.0.9"))
                .hasMessageContaining("opensergo-spring-boot-3-starter, opensergo-spring-boot-4")
                .satisfies(
                        error ->
                                assertThat(analysis(error).getAction())
                                        .contains("Keep opensergo-spring-boot-4-starter"));
    }

    @Test
    void aStarterOfAnotherVersionIsRefusedWithTheOneToUse() throws IOException {
        List<URL> old = List.of(starter(3));

        assertThatThrownBy(() -> StarterCheck.check(old, "4.1.0"))
                .hasMessageContaining("is for Spring Boot 3, and this is 4.1.0")
                .satisfies(
                        error ->
                                assertThat(analysis(new RuntimeException(error)).getAction())
                                        .isEqualTo("Use opensergo-spring-boot-4-starter."));
    }

    private static FailureAnalysis analysis(Throwable error) {
        FailureAnalysis analysis = new OpenSergoFailureAnalyzer().analyze(error);
        assertThat(analysis).isNotNull();
        return analysis;
    }

    private URL starter(int boot) throws IOException {
        Path marker = directory.resolve(boot + ".properties");
        Files.writeString(
                marker, "name=opensergo-spring-boot-" + boot + "-starter\nboot=" + boot + "\n");
        return marker.toUri().toURL();
    }
}
