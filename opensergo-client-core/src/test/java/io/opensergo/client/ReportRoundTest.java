package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.DecisionReport;
import io.opensergo.api.DecisionReport.Breaker;
import io.opensergo.api.DecisionReport.Problem;
import io.opensergo.api.DecisionReport.Resource;
import io.opensergo.api.DecisionReport.Strategy;
import io.opensergo.proto.internal.decision_report.v1.BreakerState;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of decisions, report by report. */
class ReportRoundTest {

    private final ReportRound round = new ReportRound(3);

    private static DecisionReport report(Resource... resources) {
        return new DecisionReport(
                Set.of("gRPC"), 7, Map.of("RateLimitStrategy", 11L), List.of(), List.of(resources));
    }

    private static Resource resource(String name, long passed, long refused, Strategy... each) {
        return new Resource(name, false, passed, refused, Duration.ZERO, 0, List.of(each));
    }

    private static Strategy strategy(long refused, @Nullable Breaker breaker) {
        return new Strategy("rule", "Kind", "name", false, refused, 0, 0, 0, breaker);
    }

    private io.opensergo.proto.internal.decision_report.v1.DecisionReport only(
            DecisionReport report) {
        var messages = round.messagesOf(report);
        assertThat(messages).hasSize(1);
        return messages.get(0);
    }

    private List<ResourceCounts> counts(DecisionReport report) {
        return only(report).getCountsList();
    }

    @Test
    void whatWasDecidedBeforeIsNoCount() {
        var first = only(report(resource("GET:/", 1000, 5)));

        assertThat(first.getRound()).isEqualTo(3);
        assertThat(first.getDeclarationsList())
                .extracting(ResourceDeclaration::getResource)
                .containsExactly("GET:/");
        assertThat(first.getCountsList()).isEmpty();
        assertThat(first.getPlan().getNumber()).isEqualTo(7);
        assertThat(first.getPlan().getVersions(0).getVersion()).isEqualTo(11);
    }

    @Test
    void saysByHowMuchCountsHaveRisenAndNothingOfWhatIsTheSame() {
        only(report(resource("a", 1000, 5), resource("b", 3, 3)));

        var second = only(report(resource("a", 1010, 6), resource("b", 3, 3)));

        assertThat(second.hasPlan()).isFalse();
        assertThat(second.getDeclarationsList()).isEmpty();
        assertThat(second.getCountsList()).hasSize(1);
        assertThat(second.getCounts(0).getPassed()).isEqualTo(10);
        assertThat(second.getCounts(0).getRefused()).isEqualTo(1);
    }

    @Test
    void aResourceThatComesLaterIsCountedFromItsStart() {
        only(report());

        var later = only(report(resource("new", 4, 1)));

        assertThat(later.getDeclarations(0).getId()).isZero();
        assertThat(later.getCounts(0).getPassed()).isEqualTo(4);
    }

    @Test
    void requestsThatAreTakenBackAreMadeUpForByOthers() {
        only(report(resource("a", 100, 0)));

        assertThat(counts(report(resource("a", 98, 0)))).isEmpty();
        assertThat(counts(report(resource("a", 103, 0))).get(0).getPassed()).isEqualTo(3);
    }

    @Test
    void aCountThatBeginsAnewIsNotNegative() {
        only(report(resource("a", 100, 0)));

        assertThat(counts(report(resource("a", 7, 0))).get(0).getPassed()).isEqualTo(7);
    }

    @Test
    void anOpenBreakerIsSaidAtOnceAndWhenItChanges() {
        assertThat(breaker(counts(report(resource("a", 0, 0, strategy(0, Breaker.OPEN))))))
                .isEqualTo(BreakerState.BREAKER_STATE_OPEN);
        assertThat(counts(report(resource("a", 0, 0, strategy(0, Breaker.OPEN))))).isEmpty();
        assertThat(breaker(counts(report(resource("a", 0, 0, strategy(0, Breaker.HALF_OPEN))))))
                .isEqualTo(BreakerState.BREAKER_STATE_HALF_OPEN);
        assertThat(breaker(counts(report(resource("a", 0, 0, strategy(0, Breaker.CLOSED))))))
                .isEqualTo(BreakerState.BREAKER_STATE_CLOSED);
    }

    private static BreakerState breaker(List<ResourceCounts> counts) {
        return counts.get(0).getStrategies(0).getBreaker();
    }

    @Test
    void aResourceWithOtherStrategiesIsDeclaredAgainAndKeepsItsCounts() {
        only(report(resource("a", 10, 10, strategy(10, null))));
        var shadow = new Strategy("rule", "Kind", "name", true, 10, 2, 0, 0, null);

        var edited = only(report(resource("a", 12, 10, shadow)));

        assertThat(edited.getDeclarations(0).getId()).isZero();
        assertThat(edited.getDeclarations(0).getStrategies(0).getShadow()).isTrue();
        assertThat(edited.getCounts(0).getStrategies(0).getRefused()).isZero();
        assertThat(edited.getCounts(0).getStrategies(0).getShadowRefused()).isEqualTo(2);
    }

    @Test
    void manyResourcesAreManySmallMessagesAndTooManyAreLeftOut() {
        Resource[] many =
                IntStream.range(0, ReportRound.MOST_RESOURCES + 5)
                        .mapToObj(i -> resource("GET:/orders/" + i, 0, 0))
                        .toArray(Resource[]::new);

        var messages = round.messagesOf(report(many));

        assertThat(messages).hasSizeGreaterThan(5);
        assertThat(messages).allMatch(each -> each.getSerializedSize() < 64 * 1024);
        assertThat(messages.stream().mapToInt(each -> each.getDeclarationsCount()).sum())
                .isEqualTo(ReportRound.MOST_RESOURCES);
        assertThat(messages.get(messages.size() - 1).getPlan().getResourcesLeftOut()).isEqualTo(5);
    }

    @Test
    void aResourceWithVeryManyStrategiesFitsIntoAMessage() {
        String longest = "\u7B56".repeat(1000);
        Strategy[] many =
                IntStream.range(0, 1024)
                        .mapToObj(
                                i ->
                                        new Strategy(
                                                i + longest,
                                                longest,
                                                longest,
                                                false,
                                                i,
                                                0,
                                                0,
                                                0,
                                                null))
                        .toArray(Strategy[]::new);

        var message = round.messagesOf(report(resource("a", 1, 1, many))).get(0);

        assertThat(message.getDeclarations(0).getStrategiesCount())
                .isEqualTo(ReportedResource.MOST_STRATEGIES);
        assertThat(message.getSerializedSize()).isLessThan(256 * 1024);
    }

    @Test
    void textsAreCutAndCanAlwaysBeWritten() {
        var odd = resource("\uD83D" + "x".repeat(1000), 0, 0);
        var message =
                only(
                        new DecisionReport(
                                Set.of(),
                                1,
                                Map.of(),
                                List.of(new Problem("T", "r", "y".repeat(5000))),
                                List.of(odd)));

        assertThat(message.getDeclarations(0).getResource()).hasSize(256).startsWith("?xx");
        assertThat(message.getPlan().getProblems(0).getMessage()).hasSize(256).endsWith("…");
        assertThat(message.toByteArray()).isNotEmpty();
    }
}
