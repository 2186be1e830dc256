package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.versionOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An edit across kinds, as a client sees it: over a real socket, in whole revisions. */
class RevisionTest {

    private static final String THROTTLING = ThrottlingStrategy.KIND.wireName();
    private static final String CONCURRENCY = ConcurrencyLimitStrategy.KIND.wireName();
    private static final List<RuleKind<?>> KINDS =
            List.of(RateLimitStrategy.KIND, ThrottlingStrategy.KIND, ConcurrencyLimitStrategy.KIND);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private TestClient client;

    @BeforeEach
    void start() {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
        client = new TestClient(controlPlane);
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        controlPlane.close();
    }

    private static Rule throttling(String name, int value) {
        return ThrottlingStrategy.builder(Metadata.of("default", "foo-app", name))
                .minIntervalOfRequests(Duration.ofMillis(value))
                .queueTimeout(Duration.ofSeconds(1))
                .build();
    }

    private static Rule concurrency(String name, int value) {
        return ConcurrencyLimitStrategy.builder(Metadata.of("default", "foo-app", name))
                .maxConcurrency(value)
                .build();
    }

    private static List<String> kindsToFollow(SubscribeResponse push) {
        return RevisionDetail.kindsToFollow(push.getStatus().getDetailsList());
    }

    @Test
    void pushOfAChangeOfOneKindSaysThatNothingFollows() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        assertThat(kindsToFollow(stream.next())).isEmpty();

        rules.put(rateLimit("a", 1));

        assertThat(kindsToFollow(stream.next())).isEmpty();
    }

    @Test
    void pushesOfAnEditAcrossKindsBearOneVersionAndSayWhatFollows() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT, THROTTLING, CONCURRENCY);
        stream.next();
        stream.next();
        assertThat(kindsToFollow(stream.next())).isEmpty();

        rules.put(rateLimit("a", 1), throttling("b", 2));
        SubscribeResponse first = stream.next();
        SubscribeResponse second = stream.next();

        assertThat(kindsToFollow(first)).containsExactly(second.getKind());
        assertThat(kindsToFollow(second)).isEmpty();
        assertThat(versionOf(second)).isEqualTo(versionOf(first));
        stream.expectNothing();
    }

    @Test
    void saysNothingOfKindsThatAStreamDoesNotFollow() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();

        rules.put(rateLimit("a", 1), throttling("b", 2));

        assertThat(kindsToFollow(stream.next())).isEmpty();
        stream.expectNothing();
    }

    @Test
    void changeOfAnotherApplicationIsNoPartOfTheRevision() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT, THROTTLING);
        stream.next();
        stream.next();
        stream.subscribe("bar-app", RATE_LIMIT);
        stream.next();
        var ofOther = rateLimit(Metadata.of("default", "bar-app", "other"), 1);

        rules.put(rateLimit("a", 1), ofOther);
        assertThat(kindsToFollow(stream.next())).isEmpty();
        assertThat(kindsToFollow(stream.next())).isEmpty();

        rules.delete(ofOther.id()); // since when a key is empty is known of all keys together
        assertThat(stream.next().getApp()).isEqualTo("bar-app");
        rules.put(rateLimit("a", 2));
        assertThat(kindsToFollow(stream.next())).isEmpty();
        stream.expectNothing();
    }

    @Test
    void slowClientSeesWholeRevisionsHoweverFastTheRulesChange() throws Exception {
        Stream stream =
                client.openWithoutReading()
                        .subscribe("foo-app", RATE_LIMIT, THROTTLING, CONCURRENCY);
        stream.read(KINDS.size());
        for (int i = 0; i < KINDS.size(); i++) {
            stream.next();
        }
        var random = new Random(7);
        int edits = 300;
        Map<String, Integer> values = new HashMap<>();
        List<String> torn = new ArrayList<>();
        for (int edit = 1; edit <= edits; edit++) {
            // Bulk makes the transport hold pushes back, so that edits fall between them.
            List<Rule> batch = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                batch.add(rateLimit("a" + i + "x".repeat(150), edit));
                batch.add(throttling("b" + i + "x".repeat(150), edit));
                batch.add(concurrency("c" + i + "x".repeat(150), edit));
            }
            rules.put(batch);
            stream.read(1 + random.nextInt(3));
            while (stream.hasNext()) {
                take(stream.next(), values, torn);
            }
        }
        stream.read(1000);
        while (values.values().stream().filter(value -> value == edits).count() < KINDS.size()) {
            take(stream.next(), values, torn);
        }
        assertThat(torn).isEmpty();
    }

    /** Once no push of a revision is to follow, all kinds must be those of one edit. */
    private static void take(
            SubscribeResponse push, Map<String, Integer> values, List<String> torn) {
        RuleKind<?> kind =
                KINDS.stream()
                        .filter(each -> each.wireName().equals(push.getKind()))
                        .findFirst()
                        .orElseThrow();
        List<? extends Rule> all = decode(kind, push);
        values.put(kind.name(), all.isEmpty() ? 0 : value(all.get(0)));
        if (values.size() == KINDS.size()
                && kindsToFollow(push).isEmpty()
                && values.values().stream().distinct().count() > 1) {
            torn.add(versionOf(push) + " " + values);
        }
    }

    private static List<? extends Rule> decode(RuleKind<?> kind, SubscribeResponse push) {
        return new WireCodec()
                .decode(
                        kind,
                        push.getNamespace(),
                        push.getApp(),
                        push.getDataWithVersion().getDataList(),
                        push.getStatus().getDetailsList())
                .rules();
    }

    private static int value(Rule rule) {
        if (rule instanceof RateLimitStrategy rate) {
            return (int) rate.threshold();
        }
        return rule instanceof ThrottlingStrategy throttling
                ? (int) throttling.minIntervalOfRequests().toMillis()
                : (int) ((ConcurrencyLimitStrategy) rule).maxConcurrency();
    }
}
