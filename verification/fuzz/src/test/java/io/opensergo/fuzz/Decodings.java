package io.opensergo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.List;
import java.util.Objects;

/** What must hold of every decoding of a push. */
final class Decodings {

    private static final WireCodec CODEC = new WireCodec();
    private static final String NAMESPACE = "default";
    private static final String APP = "app";

    private Decodings() {}

    /**
     * Decodes and checks: each message is a rule or rejected with a reason, and the rules are each
     * encoded and decoded to an equal rule.
     */
    static <R extends Rule> void check(RuleKind<R> kind, List<Any> data, List<Any> details) {
        DecodedRules<R> decoded =
                Bounded.inTime(() -> CODEC.decode(kind, NAMESPACE, APP, data, details));

        assertThat(decoded.rules().size() + decoded.rejected().size()).isEqualTo(data.size());
        assertThat(decoded.rejected()).extracting(RejectedMessage::reason).doesNotContain("");
        assertThat(decoded.rules()).extracting(Rule::name).doesNotHaveDuplicates();
        assertThat(decoded.rules()).allMatch(rule -> rule.kind().equals(kind));
        decoded.rules().forEach(rule -> assertSurvivesEncoding(kind, rule));
    }

    /** A rule is pushed to those who follow its own namespace and application. */
    private static <R extends Rule> void assertSurvivesEncoding(RuleKind<R> kind, R rule) {
        EncodedRules encoded = CODEC.encode(List.of(rule));
        DecodedRules<R> again =
                CODEC.decode(
                        kind,
                        rule.metadata().namespace(),
                        Objects.requireNonNullElse(rule.app(), ""),
                        encoded.data(),
                        encoded.details());
        assertThat(again.rejected()).isEmpty();
        assertThat(again.rules()).isEqualTo(List.of(rule));
    }
}
