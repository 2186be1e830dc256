package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.Edition;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pushes that say which others belong to them. */
class RevisionsTest {

    private static final Target SHOP = Target.of("shop");
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SOON = Duration.ofMillis(100);

    private ScriptedControlPlane server;
    private OpenSergoClient client;
    private Recorder<RateLimitStrategy> rates;
    private Recorder<ConcurrencyLimitStrategy> calls;

    @BeforeEach
    void start() {
        server = ScriptedControlPlane.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static ConcurrencyLimitStrategy concurrency(String name, long max) {
        return new ConcurrencyLimitStrategy(
                Metadata.of("default", "shop", name), LimitMode.LOCAL, max);
    }

    /** Follows two kinds, which are answered with a rule each, of revision 1. */
    private ScriptedControlPlane.Stream follow(Duration patience) {
        client =
                OpenSergoClients.builder()
                        .endpoints(server.endpoint())
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                        .answerTimeout(LONG)
                        .settleTime(LONG)
                        .revisionPatience(patience)
                        .unsubscribeGrace(Duration.ZERO)
                        .build();
        rates = new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
        server.stream().subscribe(0);
        calls = new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
        server.stream().subscribe(1);
        pushRates(server.stream(), 1, false, limit("a", 1));
        pushCalls(server.stream(), 1, concurrency("b", 1));
        rates.get(0);
        calls.get(0);
        return server.stream();
    }

    private static void pushRates(
            ScriptedControlPlane.Stream stream,
            long version,
            boolean callsFollow,
            RateLimitStrategy... rules) {
        stream.pushRevision(
                RateLimitStrategy.KIND,
                version,
                callsFollow ? List.of(ConcurrencyLimitStrategy.KIND) : List.of(),
                rules);
    }

    private static void pushCalls(
            ScriptedControlPlane.Stream stream, long version, ConcurrencyLimitStrategy... rules) {
        stream.pushRevision(ConcurrencyLimitStrategy.KIND, version, List.of(), rules);
    }

    /** Waits until a push is answered, after which what it does is done. */
    private static void awaitAnswer(ScriptedControlPlane.Stream stream, String responseId) {
        await().until(
                        () ->
                                stream.answers().stream()
                                        .anyMatch(
                                                answer ->
                                                        answer.getRequestId().equals(responseId)));
    }

    @Test
    void firstAnswersComeIntoForceTogether() {
        follow(LONG);

        Edition edition = rates.get(0).edition();
        assertThat(edition.isWhole()).isTrue();
        assertThat(calls.get(0).edition()).isEqualTo(edition);
        assertThat(edition.kinds())
                .isEqualTo(
                        Map.of(
                                RateLimitStrategy.KIND,
                                edition.number(),
                                ConcurrencyLimitStrategy.KIND,
                                edition.number()));
    }

    @Test
    void pushWaitsForTheOthersOfItsRevision() {
        ScriptedControlPlane.Stream stream = follow(LONG);

        pushRates(stream, 2, true, limit("a", 2));
        awaitAnswer(stream, "RateLimitStrategy-2");
        assertThat(rates.snapshots()).hasSize(1);
        pushCalls(stream, 2, concurrency("b", 2));

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 2));
        assertThat(calls.get(1).rules()).containsExactly(concurrency("b", 2));
        assertThat(rates.get(1).edition()).isEqualTo(calls.get(1).edition());
    }

    @Test
    void pushOfOneKindComesIntoForceAtOnceAndSaysSinceWhenTheOtherStands() {
        ScriptedControlPlane.Stream stream = follow(LONG);

        pushRates(stream, 2, false, limit("a", 2));

        Edition edition = rates.get(1).edition();
        assertThat(edition.kinds())
                .containsEntry(RateLimitStrategy.KIND, edition.number())
                .containsEntry(ConcurrencyLimitStrategy.KIND, calls.get(0).edition().number());
    }

    @Test
    void whatDoesNotComeIsNotWaitedForBeyondThePatience() {
        ScriptedControlPlane.Stream stream = follow(SOON);

        pushRates(stream, 2, true, limit("a", 2));

        RuleSnapshot<RateLimitStrategy> alone = rates.get(1);
        assertThat(alone.rules()).containsExactly(limit("a", 2));
        assertThat(alone.edition().isWhole()).isFalse();
        assertThat(alone.edition().number()).isGreaterThan(rates.get(0).edition().number());
    }

    @Test
    void whatIsRefusedIsNotWaitedFor() {
        ScriptedControlPlane.Stream stream = follow(LONG);
        pushRates(stream, 2, true, limit("a", 2));
        awaitAnswer(stream, "RateLimitStrategy-2");

        stream.push(
                SubscribeResponse.newBuilder()
                        .setAck(WireStatus.NACK)
                        .setNamespace("default")
                        .setApp("shop")
                        .setKind(ConcurrencyLimitStrategy.KIND.wireName()));

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 2));
    }

    @Test
    void whatNobodyFollowsAnyLongerIsNotWaitedFor() {
        ScriptedControlPlane.Stream stream = follow(LONG);
        pushRates(stream, 2, true, limit("a", 2));
        awaitAnswer(stream, "RateLimitStrategy-2");

        calls.subscription().dispose();

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 2));
    }

    @Test
    void pushOfWhichNothingCanBeUsedCountsAsThere() {
        ScriptedControlPlane.Stream stream = follow(LONG);
        pushRates(stream, 2, true, limit("a", 2));

        var bad =
                ScriptedControlPlane.Stream.push(
                        "default",
                        "shop",
                        ConcurrencyLimitStrategy.KIND.wireName(),
                        2,
                        limit("no concurrency limit", 2));
        bad.getStatusBuilder().addDetails(RevisionDetail.write(List.of()));
        stream.push(bad);

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 2));
        assertThat(calls.get(1).rules()).containsExactly(concurrency("b", 1));
        assertThat(calls.get(1).rejected()).hasSize(1);
        assertThat(calls.get(1).edition()).isEqualTo(rates.get(1).edition());
    }

    @Test
    void onANewStreamTheKeysAreOnlyTakenTogether() {
        ScriptedControlPlane.Stream first = follow(LONG);
        first.fail(Status.UNAVAILABLE);
        ScriptedControlPlane.Stream second = server.stream(1);
        second.subscribe(1);

        pushRates(second, 7, false, limit("a", 7));
        awaitAnswer(second, "RateLimitStrategy-7");
        assertThat(rates.snapshots()).hasSize(1);
        pushCalls(second, 8); // a set that lacks rules need not settle here

        assertThat(calls.get(1).rules()).isEmpty();
        assertThat(rates.get(1).rules()).containsExactly(limit("a", 7));
        assertThat(rates.get(1).edition()).isEqualTo(calls.get(1).edition());
    }

    @Test
    void whatWaitsWhenTheStreamIsLostWaitsForTheNextAnswer() {
        ScriptedControlPlane.Stream first = follow(LONG);
        pushRates(first, 2, true, limit("a", 2));
        awaitAnswer(first, "RateLimitStrategy-2");
        first.fail(Status.UNAVAILABLE);
        ScriptedControlPlane.Stream second = server.stream(1);
        second.subscribe(1);

        pushCalls(second, 3, concurrency("b", 3));
        awaitAnswer(second, "ConcurrencyLimitStrategy-3");
        assertThat(rates.snapshots()).hasSize(1);
        pushRates(second, 3, false, limit("a", 3));

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 3));
        assertThat(calls.get(1).rules()).containsExactly(concurrency("b", 3));
        assertThat(rates.snapshots()).hasSize(2);
    }

    @Test
    void pushThatDoesNotSayWhatBelongsToItNeverWaits() {
        ScriptedControlPlane.Stream stream = follow(LONG);

        stream.push(RateLimitStrategy.KIND, 2, limit("a", 2));

        assertThat(rates.get(1).edition().isWhole()).isFalse();
        assertThat(rates.get(1).edition().number()).isGreaterThan(rates.get(0).edition().number());
    }

    @Test
    void pushThatDoesNotSayWhatBelongsToItIsWaitedForLikeAnyOther() {
        ScriptedControlPlane.Stream stream = follow(LONG);
        pushRates(stream, 2, true, limit("a", 2));
        awaitAnswer(stream, "RateLimitStrategy-2");

        stream.push(ConcurrencyLimitStrategy.KIND, 2, concurrency("b", 2));

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 2));
        assertThat(calls.get(1).rules()).containsExactly(concurrency("b", 2));
    }

    @Test
    void outdatedPushThatIsRefusedEndsNoWaiting() {
        ScriptedControlPlane.Stream stream = follow(LONG);
        pushRates(stream, 5, true, limit("a", 5));

        pushRates(stream, 4, false, limit("a", 4));
        awaitAnswer(stream, "RateLimitStrategy-4");
        pushCalls(stream, 5, concurrency("b", 5));

        assertThat(rates.get(1).rules()).containsExactly(limit("a", 5));
        assertThat(rates.get(1).edition()).isEqualTo(calls.get(1).edition());
    }

    /*
     * A subscriber that waits for all that an edition names (the governor does) must never wait for
     * a snapshot that is not sent since it would repeat what is in force. So an edition names such
     * a kind by the number that its snapshot came with, and no repeat needs to be sent.
     */
    @Test
    void kindThatIsPushedAgainWithEqualContentIsNamedByTheEditionItsSnapshotCameWith() {
        ScriptedControlPlane.Stream stream = follow(LONG);

        pushRates(stream, 2, true, limit("a", 2));
        pushCalls(stream, 2, concurrency("b", 1));

        Edition edition = rates.get(1).edition();
        assertThat(edition.kinds())
                .containsEntry(RateLimitStrategy.KIND, edition.number())
                .containsEntry(ConcurrencyLimitStrategy.KIND, calls.get(0).edition().number());
        assertThat(calls.snapshots()).hasSize(1);
    }

    @Test
    void revisionThatRepeatsAllThatIsInForceIsNoNewsAndTheNextEditionIsWhole() {
        ScriptedControlPlane.Stream stream = follow(LONG);
        pushRates(stream, 2, true, limit("a", 1));
        pushCalls(stream, 2, concurrency("b", 1));
        awaitAnswer(stream, "ConcurrencyLimitStrategy-2");

        pushCalls(stream, 3, concurrency("b", 3));

        Edition edition = calls.get(1).edition();
        assertThat(edition.kinds())
                .containsEntry(ConcurrencyLimitStrategy.KIND, edition.number())
                .containsEntry(RateLimitStrategy.KIND, rates.get(0).edition().number());
        assertThat(rates.snapshots()).hasSize(1);
    }

    @Test
    void lateKindWithEqualContentIsNoNewsAndTheNextEditionNamesWhatCameWithoutIt() {
        ScriptedControlPlane.Stream stream = follow(SOON);
        pushRates(stream, 2, true, limit("a", 2));
        Edition alone = rates.get(1).edition();

        pushCalls(stream, 2, concurrency("b", 1));
        pushCalls(stream, 3, concurrency("b", 3));

        assertThat(calls.get(1).rules()).containsExactly(concurrency("b", 3));
        assertThat(calls.get(1).edition().kinds())
                .containsEntry(RateLimitStrategy.KIND, alone.number());
        assertThat(rates.snapshots()).hasSize(2);
    }
}
