package io.opensergo.rulerepository;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class UnifiedDiffTest {

    private static final Pattern RANGE = Pattern.compile("@@ -(\\d+)(?:,(\\d+))? ");

    @Test
    void equalTextsDifferInNothing() {
        assertThat(UnifiedDiff.of("a\nb\n", "a\nb\n")).isEmpty();
        assertThat(UnifiedDiff.of("", "")).isEmpty();
    }

    @Test
    void aChangeStandsAmongThreeLinesOfContext() {
        assertThat(UnifiedDiff.of("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"))
                .isEqualTo("@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    }

    @Test
    void changesFarApartAreHunksOfTheirOwn() {
        String before = "a\n1\n2\n3\n4\n5\n6\n7\nb\n";

        assertThat(UnifiedDiff.of(before, "A\n1\n2\n3\n4\n5\n6\n7\nB\n"))
                .isEqualTo(
                        "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
    }

    @Test
    void aNewTextHasNoLinesBefore() {
        assertThat(UnifiedDiff.of("", "a\nb\n")).isEqualTo("@@ -0,0 +1,2 @@\n+a\n+b\n");
        assertThat(UnifiedDiff.of("a\n", "")).isEqualTo("@@ -1 +0,0 @@\n-a\n");
    }

    @Test
    void textsTooLargeForATableAreStillCompared() {
        String before = "x\n".repeat(3_000) + "y\n";
        String after = "z\n".repeat(3_000) + "y\n";

        assertThat(UnifiedDiff.of(before, after)).startsWith("@@ -1,3001 +1,3001 @@\n-x\n");
    }

    @Property(tries = 300)
    void applyingADifferenceGivesTheOtherText(
            @ForAll("lines") List<String> before, @ForAll("lines") List<String> after) {
        String diff = UnifiedDiff.of(String.join("\n", before), String.join("\n", after));

        assertThat(applied(before, diff)).isEqualTo(after);
    }

    @Provide
    Arbitrary<List<String>> lines() {
        return Arbitraries.of("a", "b", "c", "-", "+", "@@").list().ofMaxSize(30);
    }

    private static List<String> applied(List<String> before, String diff) {
        List<String> result = new ArrayList<>();
        int at = 0;
        for (String line : diff.lines().toList()) {
            if (line.startsWith("@@ -")) {
                Matcher range = RANGE.matcher(line);
                assertThat(range.lookingAt()).isTrue();
                int first = Integer.parseInt(range.group(1)) - ("0".equals(range.group(2)) ? 0 : 1);
                result.addAll(before.subList(at, first));
                at = first;
            } else if (line.startsWith("+")) {
                result.add(line.substring(1));
            } else {
                assertThat(before.get(at)).isEqualTo(line.substring(1));
                at++;
                if (line.startsWith(" ")) {
                    result.add(line.substring(1));
                }
            }
        }
        result.addAll(before.subList(at, before.size()));
        return result;
    }
}
