package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The baggage header as the W3C defines it. */
class BaggageProperties {

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.strings()
                .withChars("aZ09!#$%&'*+-.^_`|~=,;\"")
                .ofMinLength(1)
                .ofMaxLength(8)
                .filter(Baggage::isToken);
    }

    /** Texts without half a pair, which UTF-8 cannot say. */
    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings()
                .withChars("ab%,;=\\\" \t\r\n\u0000\u007Füß日本")
                .ofMaxLength(12)
                .map(text -> text.length() % 3 == 0 ? text + "😀" : text);
    }

    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.strings().withChars("ab =;,%2\t\"\\ü\n").ofMaxLength(40);
    }

    @Property(tries = 1_000, seed = "20261201")
    void whatIsWrittenIsRead(@ForAll("tokens") String key, @ForAll("values") String value) {
        String header = Baggage.parse("other=1;p=2").with(key, value).toString();

        assertThat(header).matches("[!-~]*");
        assertThat(Baggage.parse(header).get(key)).isEqualTo(value);
    }

    @Property(tries = 2_000, seed = "20261202")
    void anyHeaderIsReadAndWhatIsReadIsWrittenAlike(@ForAll("headers") String header) {
        Baggage baggage = Baggage.parse(header);

        assertThat(Baggage.parse(baggage.toString())).isEqualTo(baggage);
        assertThat(Baggage.parse(baggage.with("k", "v").toString()).get("k")).isEqualTo("v");
    }

    @Example
    void blanksAndPropertiesAreAllowed() {
        Baggage baggage = Baggage.parse("a = 1 ; p ; q = 2 ,\tb=x%20y");

        assertThat(baggage.get("a")).isEqualTo("1");
        assertThat(baggage.get("b")).isEqualTo("x y");
        assertThat(baggage).hasToString("a=1 ; p ; q = 2,b=x%20y");
    }

    @Example
    void aHeaderThatIsNotThereIsEmpty() {
        assertThat(Baggage.parse(null)).isEqualTo(Baggage.parse(""));
        assertThat(Baggage.parse(null).get("a")).isNull();
    }

    @Example
    void aBrokenMemberIsLeftOut() {
        Baggage baggage =
                Baggage.parse("no-value,=x,a b=1,q=\"x\",ok=,u=ü,s=a b,p=1;=2,p2=1;a b,last=1;p=");

        assertThat(baggage).hasToString("ok=,last=1;p=");
        assertThat(baggage.get("ok")).isEmpty();
    }

    @Example
    void ofSeveralMembersOfAKeyTheLastCounts() {
        assertThat(Baggage.parse("a=1,b=2,a=3").get("a")).isEqualTo("3");
    }

    @Example
    void octetsThatAreNoUtf8AreReplacedAndAStrayPercentSignStays() {
        assertThat(Baggage.parse("a=x%FFy").get("a")).isEqualTo("x\uFFFDy");
        assertThat(Baggage.parse("a=100%").get("a")).isEqualTo("100%");
        assertThat(Baggage.parse("a=%zz%4").get("a")).isEqualTo("%zz%4");
    }

    @Example
    void membersBeyondTheLimitsMakeRoom() {
        String many =
                IntStream.range(0, 300)
                        .mapToObj(i -> "k" + i + "=v")
                        .collect(Collectors.joining(","));
        String longOnes =
                IntStream.range(0, 20)
                        .mapToObj(i -> "k" + i + "=" + "v".repeat(1000))
                        .collect(Collectors.joining(","));

        Baggage ofMany = Baggage.parse(many).with("own", "x");
        Baggage ofLong = Baggage.parse(longOnes).with("own", "x");

        assertThat(ofMany.members()).hasSize(Baggage.MAX_MEMBERS);
        assertThat(ofMany.get("own")).isEqualTo("x");
        assertThat(ofLong.toString().length()).isLessThanOrEqualTo(Baggage.MAX_BYTES);
        assertThat(ofLong.get("own")).isEqualTo("x");
        assertThat(ofLong.get("k7")).hasSize(1000);
        assertThat(ofLong.get("k8")).isNull();
    }

    @Example
    void aMemberThatCannotBeCarriedLeavesTheOthers() {
        Baggage baggage = Baggage.parse("a=1");

        assertThat(baggage.with("two words", "x")).isEqualTo(baggage);
        assertThat(baggage.with("k", "x".repeat(Baggage.MAX_BYTES))).isEqualTo(baggage);
    }
}
