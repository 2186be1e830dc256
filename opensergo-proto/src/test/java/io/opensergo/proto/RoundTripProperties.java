package io.opensergo.proto;

import static io.opensergo.proto.Wires.CODEC;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RoundTripProperties {

    private static final RuleKind<CacheRule> CACHE_RULE =
            RuleKind.of("example.org/v1", "CacheRule", CacheRule.class);

    /** A kind of a user's own, with numbers that no double holds. */
    record CacheRule(Metadata metadata, long capacity, double factor, Map<String, String> tags)
            implements Rule {

        CacheRule {
            var violations = new Violations();
            violations.required("metadata", metadata);
            violations.range("capacity", capacity, 0, Long.MAX_VALUE);
            violations.throwIfAny();
            tags = tags == null ? Map.of() : Map.copyOf(tags);
        }

        @Override
        public RuleKind<CacheRule> kind() {
            return CACHE_RULE;
        }
    }

    @Property(tries = 1_000)
    void everyRuleOfTheSpecificationSurvives(@ForAll("anyRules") Rule rule) {
        assertSurvives(rule, rule.kind());
    }

    @Property(tries = 150)
    void rulesOfUserKindsSurvive(@ForAll("cacheRules") CacheRule rule) {
        assertSurvives(rule, CACHE_RULE);
    }

    /** Its nearest double has a shorter text that is this number, and another exact value. */
    @Example
    void wholeNumberThatNoDoubleHoldsSurvives() {
        var metadata = Metadata.builder().name("cache").labels(Map.of("app", "shop")).build();

        assertSurvives(new CacheRule(metadata, 334908673105774530L, 0.69, Map.of()), CACHE_RULE);
    }

    @Property(tries = 150)
    void setsKeepTheirOrder(@ForAll("routers") List<TrafficRouter> routers) {
        Map<String, TrafficRouter> byName = new LinkedHashMap<>();
        routers.forEach(router -> byName.putIfAbsent(router.name(), router));
        List<TrafficRouter> distinct = List.copyOf(byName.values());

        DecodedRules<TrafficRouter> decoded = Wires.roundTrip(TrafficRouter.KIND, distinct);

        assertThat(decoded.rules()).isEqualTo(distinct);
    }

    @Property(tries = 250)
    void aDetailIsThereExactlyIfTheMessageAloneIsNotEnough(@ForAll("anyRules") Rule rule) {
        EncodedRules encoded = CODEC.encode(List.of(rule));

        DecodedRules<?> alone =
                CODEC.decode(
                        rule.kind(),
                        rule.metadata().namespace(),
                        rule.app() == null ? "another-app" : rule.app(),
                        encoded.data(),
                        List.of());

        assertThat(encoded.details().isEmpty()).isEqualTo(alone.rules().equals(List.of(rule)));
    }

    @Property(tries = 250)
    void plainStrategiesNeedNoDetail(@ForAll("plainStrategies") Rule rule) {
        assertThat(CODEC.encode(List.of(rule)).details()).isEmpty();
    }

    @Property(tries = 100)
    void equalRulesBecomeEqualBytes(@ForAll("routers") List<TrafficRouter> routers) {
        assertThat(CODEC.encode(routers).data()).isEqualTo(CODEC.encode(routers).data());
    }

    private static <R extends Rule> void assertSurvives(Rule rule, RuleKind<R> kind) {
        R typed = kind.type().cast(rule);

        DecodedRules<R> decoded = Wires.roundTrip(kind, List.of(typed));

        assertThat(decoded.rejected()).isEmpty();
        assertThat(decoded.rules()).containsExactly(typed);
        assertThat(decoded.warnings()).isEmpty();
    }

    @Provide
    Arbitrary<Rule> anyRules() {
        return Arbitraries.of(RuleKinds.standard().all())
                .flatMap(kind -> RuleArbitraries.rules(kind).map(Rule.class::cast));
    }

    @Provide
    Arbitrary<List<TrafficRouter>> routers() {
        return RuleArbitraries.rules(TrafficRouter.KIND).list().ofMaxSize(4);
    }

    @Provide
    Arbitrary<CacheRule> cacheRules() {
        return RuleArbitraries.rules(CACHE_RULE);
    }

    @Provide
    Arbitrary<Rule> plainStrategies() {
        Arbitrary<Rule> rateLimits =
                RuleArbitraries.plainRules(RateLimitStrategy.KIND)
                        .filter(rule -> rule.limitMode() != LimitMode.GLOBAL_TO_LOCAL)
                        .map(Rule.class::cast);
        Arbitrary<Rule> concurrencyLimits =
                RuleArbitraries.plainRules(ConcurrencyLimitStrategy.KIND)
                        .filter(rule -> rule.limitMode() != LimitMode.GLOBAL_TO_LOCAL)
                        .map(Rule.class::cast);
        Arbitrary<Rule> throttlings =
                RuleArbitraries.plainRules(ThrottlingStrategy.KIND).map(Rule.class::cast);
        Arbitrary<Rule> breakers =
                RuleArbitraries.plainRules(CircuitBreakerStrategy.KIND)
                        .filter(RoundTripProperties::isPlain)
                        .map(Rule.class::cast);
        return Arbitraries.oneOf(rateLimits, concurrencyLimits, throttlings, breakers);
    }

    private static boolean isPlain(CircuitBreakerStrategy rule) {
        long limit = Integer.MAX_VALUE;
        boolean plainErrors =
                rule.errorConditions() == null || rule.errorConditions().errorTypes().isEmpty();
        boolean plainSlowness =
                rule.slowConditions() == null
                        || rule.slowConditions().maxAllowedRt().toMillis() <= limit;
        return plainErrors && plainSlowness && rule.recoveryTimeout().toMillis() <= limit;
    }

    @Property(tries = 100)
    void faultToleranceRulesAlwaysKeepTheirName(
            @ForAll("faultToleranceRules") FaultToleranceRule rule) {
        assertThat(CODEC.encode(List.of(rule)).details()).hasSize(1);
        assertThat(Wires.roundTrip(FaultToleranceRule.KIND, List.of(rule)).rules())
                .containsExactly(rule);
    }

    @Provide
    Arbitrary<FaultToleranceRule> faultToleranceRules() {
        return RuleArbitraries.rules(FaultToleranceRule.KIND);
    }
}
