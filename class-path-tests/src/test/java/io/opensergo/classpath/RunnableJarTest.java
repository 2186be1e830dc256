package io.opensergo.classpath;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** What {@code opensergo.jar} says of itself and of what it bundles. */
class RunnableJarTest {

    /** Annotations that nothing needs at run time: listed, since the build needs them. */
    private static final Set<String> NOT_BUNDLED =
            Set.of(
                    "animal-sniffer-annotations",
                    "annotations",
                    "error_prone_annotations",
                    "j2objc-annotations",
                    "jspecify",
                    "jsr305",
                    "listenablefuture");

    private static JarFile jar;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(Path.of(System.getProperty("runnable.jar")).toFile());
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    private static String content(String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Stream<JsonNode> libraries() throws IOException {
        JsonNode sbom = new ObjectMapper().readTree(content("META-INF/sbom/application.cdx.json"));
        assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        return StreamSupport.stream(sbom.path("components").spliterator(), false)
                .filter(library -> !library.path("group").asText().equals("io.opensergo"))
                .filter(library -> !NOT_BUNDLED.contains(library.path("name").asText()));
    }

    @Test
    @DisabledIfSystemProperty(
            named = "maven.mode",
            matches = "offline=true",
            disabledReason = "Maven makes no SBOM while it is offline")
    void namesEachLibraryThatItBundlesWithItsVersion() throws IOException {
        String thirdParty = content("META-INF/third-party/THIRD-PARTY.txt");

        assertThat(libraries())
                .hasSizeGreaterThan(20)
                .allSatisfy(
                        library ->
                                assertThat(thirdParty)
                                        .contains(
                                                library.path("name").asText(),
                                                library.path("version").asText()));
        assertThat(thirdParty).doesNotContain("${");
    }

    @Test
    void bearsTheLicencesOfAllThatItBundles() throws IOException {
        assertThat(content("META-INF/LICENSE")).contains("Apache License");
        assertThat(content("META-INF/NOTICE")).contains("OpenSergo Reactive");
        assertThat(content("META-INF/third-party/THIRD-PARTY.txt"))
                .contains("Redistributions in binary form", "Copyright (c) 2009 The Go Authors")
                .contains("Permission is hereby granted");
        assertThat(content("META-INF/third-party/NOTICE.txt")).contains("Netty");
        assertThat(content("META-INF/third-party/license/LICENSE.boringssl.txt"))
                .contains("BoringSSL");
        assertThat(content("META-INF/FastDoubleParser-LICENSE")).contains("Werner Randelshofer");
    }

    @Test
    void holdsNoAnnotationsOfOthers() {
        assertThat(jar.stream().map(entry -> entry.getName()))
                .noneMatch(name -> name.startsWith("javax/annotation/"))
                .noneMatch(name -> name.startsWith("org/jspecify/"));
    }
}
