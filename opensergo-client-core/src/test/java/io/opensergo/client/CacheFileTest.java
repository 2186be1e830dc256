package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFileTest {

    private static final Target SHOP = Target.of("shop");
    private static final Instant RECEIVED = Instant.parse("2026-01-02T03:04:05.000000006Z");

    /** A kind that travels as its document. */
    record Colour(Metadata metadata, String colour) implements Rule {

        static final RuleKind<Colour> KIND =
                RuleKind.of("colours.example.org/v1", "Colour", Colour.class);

        @Override
        public RuleKind<Colour> kind() {
            return KIND;
        }
    }

    private static RateLimitStrategy limit(String name, Duration window) {
        return RateLimitStrategy.builder(
                        Metadata.builder()
                                .name(name)
                                .labels(Map.of(Metadata.APP_LABEL, "shop"))
                                .annotations(Map.of(Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE))
                                .build())
                .threshold(5)
                .statDuration(window)
                .build();
    }

    private static <R extends Rule> RuleSnapshot<R> snapshot(RuleKind<R> kind, List<R> rules) {
        return new RuleSnapshot<>(
                SHOP,
                kind,
                42,
                Origin.CONTROL_PLANE,
                RECEIVED,
                rules,
                List.of(new RejectedRule("bad", "threshold must be >= 0", false)));
    }

    private static byte[] file() {
        return CacheFile.encode(
                snapshot(
                        RateLimitStrategy.KIND,
                        List.of(
                                limit("a", Duration.ofSeconds(1)),
                                limit("b", Duration.ofSeconds(90)))));
    }

    private static RuleSnapshot<RateLimitStrategy> decode(byte[] file)
            throws UnusableCacheFileException {
        return CacheFile.decode(file, SHOP, RateLimitStrategy.KIND);
    }

    @Test
    void keepsRulesVersionAndTimeAndMarksTheirOrigin() throws Exception {
        RuleSnapshot<RateLimitStrategy> read = decode(file());

        assertThat(read)
                .isEqualTo(
                        new RuleSnapshot<>(
                                SHOP,
                                RateLimitStrategy.KIND,
                                42,
                                Origin.DISK_CACHE,
                                RECEIVED,
                                List.of(
                                        limit("a", Duration.ofSeconds(1)),
                                        limit("b", Duration.ofSeconds(90))),
                                List.of()));
    }

    @Test
    void keepsAKindOfAUser() throws Exception {
        var red = new Colour(Metadata.of("default", "shop", "red"), "#f00");

        byte[] file = CacheFile.encode(snapshot(Colour.KIND, List.of(red)));

        assertThat(CacheFile.decode(file, SHOP, Colour.KIND).rules()).containsExactly(red);
    }

    @Test
    void keepsThatThereAreNoRules() throws Exception {
        byte[] file = CacheFile.encode(snapshot(RateLimitStrategy.KIND, List.of()));

        assertThat(decode(file).rules()).isEmpty();
    }

    @Test
    void fileCutAnywhereIsRefused() {
        byte[] file = file();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> decode(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UnusableCacheFileException.class);
        }
    }

    @Test
    void longerFileIsRefused() {
        byte[] longer = Arrays.copyOf(file(), file().length + 1);

        assertThatThrownBy(() -> decode(longer)).hasMessageContaining("torn");
    }

    @Test
    void anyChangedBitIsFound() {
        byte[] file = file();
        for (int bit = 0; bit < file.length * 8; bit++) {
            byte[] changed = file.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> decode(changed))
                    .as("bit %d", bit)
                    .isInstanceOf(UnusableCacheFileException.class);
        }
    }

    @Test
    void foreignFileIsRefusedByWhatItIs() {
        byte[] foreign = new byte[100];
        assertThatThrownBy(() -> decode(foreign)).hasMessage("is not a rule cache file");
        byte[] future = ByteBuffer.wrap(file()).putInt(8, 2).array();
        assertThatThrownBy(() -> decode(future))
                .hasMessage("has format version 2, this client reads 1");
    }

    @Test
    void fileAboutAnotherKeyIsRefused() {
        assertThatThrownBy(
                        () -> CacheFile.decode(file(), Target.of("till"), RateLimitStrategy.KIND))
                .hasMessageContaining("default/shop");
        assertThatThrownBy(
                        () ->
                                CacheFile.decode(
                                        file(), Target.of("x", "shop"), RateLimitStrategy.KIND))
                .hasMessageContaining("default/shop");
        assertThatThrownBy(() -> CacheFile.decode(file(), SHOP, ConcurrencyLimitStrategy.KIND))
                .hasMessageContaining("RateLimitStrategy");
    }

    private static byte[] fileOf(List<Any> data) {
        byte[] push =
                SubscribeResponse.newBuilder()
                        .setNamespace("default")
                        .setApp("shop")
                        .setKind(RateLimitStrategy.KIND.wireName())
                        .setDataWithVersion(DataWithVersion.newBuilder().addAllData(data))
                        .build()
                        .toByteArray();
        return CacheFile.encode(push, RECEIVED);
    }

    @Test
    void ruleThatCannotBeReadIsLeftOutWithAWarning() throws Exception {
        Any bad = Any.newBuilder().setTypeUrl("type.googleapis.com/of.the.Future").build();
        Any good = new WireCodec().encode(List.of(limit("a", Duration.ofSeconds(1)))).data().get(0);
        try (LogCapture log = LogCapture.open()) {
            assertThat(decode(fileOf(List.of(bad, good))).rules()).hasSize(1);

            assertThat(log.linesOf(CacheFile.class)).singleElement().asString().contains("item 0");
        }
    }

    @Test
    void fileWithoutARuleThatCanBeReadIsRefusedAsAWhole() {
        Any bad = Any.newBuilder().setTypeUrl("type.googleapis.com/of.the.Future").build();

        assertThatThrownBy(() -> decode(fileOf(List.of(bad))))
                .hasMessageContaining("no rule that can be used")
                .hasMessageContaining("of.the.Future");
    }

    @Test
    void contentThatIsNoPushIsRefused() {
        byte[] noPush = CacheFile.encode(new byte[] {(byte) 0xff, 1, 2}, RECEIVED);

        assertThatThrownBy(() -> decode(noPush)).hasMessageContaining("cannot be read");
    }
}
