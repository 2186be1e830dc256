package io.opensergo.spring.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.SpringBootVersion;

/** Whether there is one starter, and that of this Spring Boot. */
final class StarterCheck {

    /** Each starter has one of these, which says its name and the version that it is for. */
    static final String MARKER = "META-INF/opensergo/starter.properties";

    private StarterCheck() {}

    /**
     * Checks the starters on the class path.
     *
     * @throws StarterException if there are several, or the one is for another Spring Boot
     */
    static void check(ClassLoader loader) {
        try {
            List<URL> markers = Collections.list(loader.getResources(MARKER));
            check(markers, SpringBootVersion.getVersion());
        } catch (IOException e) {
            throw new StarterException("the starters cannot be read", "Check the class path.", e);
        }
    }

    static void check(List<URL> markers, String bootVersion) throws IOException {
        Set<String> starters = new TreeSet<>();
        String major = "";
        for (URL marker : markers) {
            var said = new Properties();
            try (InputStream in = marker.openStream()) {
                said.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
            }
            starters.add(said.getProperty("name"));
            major = said.getProperty("boot");
        }
        String right = "opensergo-spring-boot-" + bootVersion.charAt(0) + "-starter";
        if (starters.size() > 1) {
            throw new StarterException(
                    "There are several starters of OpenSergo on the class path: "
                            + String.join(", ", starters),
                    "Keep " + right + ", as this is Spring Boot " + bootVersion + ".",
                    null);
        }
        if (starters.size() == 1 && !bootVersion.startsWith(major + ".")) {
            throw new StarterException(
                    starters.iterator().next()
                            + " is for Spring Boot "
                            + major
                            + ", and this is "
                            + bootVersion,
                    "Use " + right + ".",
                    null);
        }
    }
}
