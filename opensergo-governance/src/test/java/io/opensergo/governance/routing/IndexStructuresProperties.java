package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The structures of the index against scans of their keys. */
class IndexStructuresProperties {

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("abA/é\uFFFF").ofMaxLength(8);
    }

    @Provide
    Arbitrary<Set<String>> keys() {
        return texts().set().ofMaxSize(30);
    }

    private static Map<String, String> identity(Set<String> keys) {
        Map<String, String> map = new HashMap<>();
        keys.forEach(key -> map.put(key, key));
        return map;
    }

    private static List<String> walk(Trie<String> trie, String text) {
        List<String> found = new ArrayList<>();
        for (Trie.Node<String> node = trie.root(); node != null; node = trie.step(node, text)) {
            if (node.value() != null) {
                found.add(node.value());
            }
        }
        return found;
    }

    @Property(tries = 1_000, seed = "20261203")
    void aTrieFindsEveryKeyThatATextStartsWith(
            @ForAll("keys") Set<String> keys, @ForAll("texts") String text) {
        var trie = new Trie<>(Trie.Reading.FORWARD, identity(keys));

        assertThat(walk(trie, text))
                .containsExactlyElementsOf(
                        new TreeSet<>(keys).stream().filter(text::startsWith).toList());
    }

    @Property(tries = 1_000, seed = "20261204")
    void aTrieThatIgnoresCaseFindsTheSameInAnyCase(
            @ForAll("keys") Set<String> keys, @ForAll("texts") String text) {
        Set<String> lower = new TreeSet<>();
        keys.forEach(key -> lower.add(AsciiCase.lower(key)));
        var trie = new Trie<>(Trie.Reading.FORWARD_IGNORING_CASE, identity(lower));

        assertThat(walk(trie, text))
                .containsExactlyElementsOf(
                        lower.stream().filter(AsciiCase.lower(text)::startsWith).toList());
    }

    @Property(tries = 1_000, seed = "20261205")
    void anAutomatonFindsEveryKeyInAText(
            @ForAll("keys") Set<String> keys, @ForAll("texts") String text) {
        Set<String> literals = new TreeSet<>(keys);
        literals.remove("");
        var automaton = new LiteralAutomaton<>(identity(literals));

        Set<String> found = new TreeSet<>();
        LiteralAutomaton.State<String> state = automaton.start();
        for (int i = 0; i < text.length(); i++) {
            state = automaton.next(state, text.charAt(i));
            for (var key = state; key != null; key = key.shorter()) {
                if (key.value() != null) {
                    found.add(key.value());
                }
            }
        }

        assertThat(found)
                .containsExactlyElementsOf(literals.stream().filter(text::contains).toList());
    }

    @Property(tries = 1_000, seed = "20261206")
    void aTableFindsItsKeysAndNoOthers(
            @ForAll("keys") Set<String> keys, @ForAll("texts") String text) {
        var table = new TextTable<>(identity(keys));

        assertThat(keys).allMatch(key -> key.equals(table.get(key)));
        assertThat(table.get(text)).isEqualTo(keys.contains(text) ? text : null);
    }

    @Property(tries = 1_000, seed = "20261207")
    void aTableOfLowerCaseFindsItsKeysInAnyCase(@ForAll("keys") Set<String> keys) {
        Set<String> lower = new TreeSet<>();
        keys.forEach(key -> lower.add(AsciiCase.lower(key)));
        var table = new TextTable<>(identity(lower));

        assertThat(lower).allMatch(key -> key.equals(table.getIgnoringCase(key.replace('a', 'A'))));
        assertThat(table.getIgnoringCase("b".repeat(20).toUpperCase(Locale.ROOT))).isNull();
    }
}
