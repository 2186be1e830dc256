package io.opensergo.conformance;

import io.opensergo.conformance.cases.CaseReader;
import io.opensergo.conformance.cases.ConformanceCase;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The cases that come with this module.
 *
 * <p>They are the files {@code conformance/<kind>/*.yaml} of its jar, listed in {@code
 * conformance/cases.txt}.
 */
public final class ConformanceSuite {

    private static final String ROOT = "/conformance/";

    private ConformanceSuite() {}

    /** Reads every case, in the order of the list. */
    public static List<ConformanceCase> cases() {
        return text("cases.txt")
                .lines()
                .map(name -> CaseReader.read(text(name), "conformance/" + name))
                .toList();
    }

    /**
     * Reads the cases of one directory.
     *
     * @param kind the name of the directory, such as {@code rate-limit-strategy}
     */
    public static List<ConformanceCase> cases(String kind) {
        String directory = "conformance/" + kind + "/";
        return cases().stream().filter(each -> each.source().startsWith(directory)).toList();
    }

    private static String text(String name) {
        try (InputStream in = ConformanceSuite.class.getResourceAsStream(ROOT + name)) {
            if (in == null) {
                throw new FileNotFoundException(name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a part of the suite is missing: " + name, e);
        }
    }
}
