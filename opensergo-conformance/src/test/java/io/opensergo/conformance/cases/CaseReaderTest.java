package io.opensergo.conformance.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseReaderTest {

    private static final String CASE =
            """
            # a comment
            title: A title
            covers: [RateLimitStrategy.threshold]
            exactTime: true
            application:
              instances: 3
              load: {cpu: 90%, loadAverage: 2.5}
              labels: {tag: beta}
              namespace: shop
              gateways: [edge]
              services: {pricing: [{version: v3}, {}]}
            rules: |
              apiVersion: fault-tolerance.opensergo.io/v1alpha1
              kind: RateLimitStrategy
              metadata: {name: limit, labels: {app: app-under-test}}
              spec: {metricType: RequestAmount, limitMode: Local, threshold: 2, statDurationSeconds: 1}
            steps:
              - at: 0ms
                send: "GET:/orders"
                times: 2
                every: 10ms
                takes: 1s
                outcome: {error: UNAVAILABLE}
                expect: {refused: {by: RateLimitStrategy, strategy: s, rule: r, retryAfter: {from: 1s, to: 2s}, fallback: {status: 429, body: b, headers: {k: v}}}}
              - {at: 1s, send: b, outbound: true, id: one, expect: {waits: 250ms}}
              - {at: 2min, end: one, outcome: cancelled}
              - {at: 1h, load: {cpu: 10%}}
              - {at: 1h, rules: ""}
            """;

    private static ConformanceCase read(String text) {
        return CaseReader.read(text, "case.yaml");
    }

    private static List<String> problems(String text) {
        try {
            read(text);
            return List.of();
        } catch (CaseFileException e) {
            return e.problems().stream().map(CaseProblem::toString).toList();
        }
    }

    @Test
    void readsEveryField() {
        ConformanceCase read = read(CASE);

        assertThat(read.title()).isEqualTo("A title");
        assertThat(read.covers()).containsExactly("RateLimitStrategy.threshold");
        assertThat(read.exactTime()).isTrue();
        assertThat(read.application())
                .isEqualTo(
                        new Application(
                                3,
                                new Load(0.9, 2.5),
                                Map.of("tag", "beta"),
                                "shop",
                                Set.of("edge"),
                                Map.of("pricing", List.of(Map.of("version", "v3"), Map.of()))));
        assertThat(read.rules().rules()).hasSize(1);
        assertThat(read.steps())
                .extracting(Step::action)
                .containsExactly(
                        new Action.Send(
                                new GuardedRequest("GET:/orders", false),
                                null,
                                Duration.ofSeconds(1),
                                new Outcome(Outcome.Type.ERROR, "UNAVAILABLE"),
                                2,
                                Duration.ofMillis(10),
                                new Expectation.Refused(
                                        StrategyKind.RATE_LIMIT,
                                        "s",
                                        "r",
                                        new Expectation.RetryAfter(
                                                new Expectation.Range(
                                                        Duration.ofSeconds(1),
                                                        Duration.ofSeconds(2))),
                                        new Expectation.Fallback(
                                                new HttpResponse(429, "b", Map.of("k", "v"))))),
                        new Action.Send(
                                new GuardedRequest("b", true),
                                "one",
                                Duration.ZERO,
                                Outcome.SUCCESS,
                                1,
                                Duration.ZERO,
                                new Expectation.Admitted(Duration.ofMillis(250), null)),
                        new Action.End("one", new Outcome(Outcome.Type.CANCELLED, null)),
                        new Action.ChangeLoad(new Load(0.1, 0)),
                        new Action.ReplaceRules(new RuleDocuments("")));
        assertThat(read.steps()).extracting(Step::line).containsExactly(18, 25, 26, 27, 28);
    }

    @Test
    void tellsAllProblemsAtOnceEachWithItsPlace() {
        String text =
                """
                title: " "
                covers: []
                rules: |
                  apiVersion: fault-tolerance.opensergo.io/v1alpha1
                  kind: RateLimitStrategy
                  metadata: {name: limit, labels: {app: app-under-test}}
                  spec:
                    metricType: RequestAmount
                    limitMode: Local
                    threshold: -2
                    statDurationSeconds: 1
                steps:
                  - {at: soon, send: a, expect: admitted}
                  - {at: 0ms, send: a, expect: perhaps}
                  - {at: 0ms, send: a, expect: admitted, tmies: 3}
                extra: 1
                """;

        assertThat(problems(text))
                .containsExactly(
                        "case.yaml:1:8: title must not be empty",
                        "case.yaml:2:9: covers must name at least one field",
                        "case.yaml:10:16: rules spec.threshold must be a whole number >= 0, was -2",
                        "case.yaml:13:10: steps[0].at must be a whole number of ms, s, min or h such as 250ms, was \"soon\"",
                        "case.yaml:14:32: steps[1].expect must be anything, admitted, refused, {waits: DURATION} or {refused: ...}, was \"perhaps\"",
                        "case.yaml:15:42: steps[2].tmies is unknown here; known are [at, send, outbound, id, takes, outcome, times, every, expect]",
                        "case.yaml:16:1: extra is unknown here; known are [title, covers, exactTime, application, rules, steps]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{at: 0ms, expect: admitted} | steps[0] must have one of",
                "{at: 0ms, send: a} | steps[0].expect is required",
                "{send: a, expect: admitted} | steps[0].at is required",
                "{at: 0ms, send: a, times: 0, expect: admitted} | steps[0].times must be >= 1",
                "{at: 0ms, send: a, id: x, times: 2, expect: admitted} | steps[0].times is unknown here",
                "{at: 0ms, end: x} | steps[0].end must name a request above that has not ended",
                "{at: 0ms, load: {cpu: 101%}} | steps[0].load.cpu must be from 0% to 100%",
                "{at: 0ms, load: {loadAverage: -1}} | steps[0].load.loadAverage must be a number >= 0",
                "{at: 0ms, send: a, outcome: bad, expect: admitted} | steps[0].outcome must be success",
                "{at: 0ms, send: a, expect: {refused: {by: Limit}}} | steps[0].expect.refused.by must be one of",
                "{at: 0ms, send: a, outbound: yes, expect: admitted} | steps[0].outbound must be true or false",
                "{at: 0ms, send: [a], expect: admitted} | steps[0].send must be a text, was a list",
                "{at: 0ms, at: 1ms, send: a, expect: admitted} | steps[0].at must be there only once",
                "text | steps[0] must be an object",
                "{at: 0ms, route: {hots: a}, expect: unrouted} | steps[0].route.hots is unknown here",
                "{at: 0ms, route: {}, expect: admitted} | steps[0].expect must be unrouted",
                "{at: 0ms, route: {}, expect: {}} | steps[0].expect must have one of",
                "{at: 0ms, route: {}, expect: {to: {}}} | steps[0].expect.to.host is required",
                "{at: 0ms, route: {}, expect: {to: {host: a}, response: {status: 200}}} | steps[0].expect must have one of",
                "{at: 0ms, route: {}, expect: {shares: []}} | steps[0].expect.within is required",
            })
    void saysWhatIsWrongWithAStep(String step, String problem) {
        assertThat(problems("title: t\ncovers: [x]\nrules: ''\nsteps: [" + step + "]"))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @Test
    void refusesStepsThatGoBackInTime() {
        assertThat(
                        problems(
                                """
                                title: t
                                covers: [x]
                                rules: ""
                                steps:
                                  - {at: 2s, send: a, expect: admitted}
                                  - {at: 1s, send: a, expect: admitted}
                                """))
                .containsExactly(
                        "case.yaml:6:1: steps[1].at must not be before the step above it, at 2000ms");
    }

    @Test
    void refusesAnIdThatIsInUse() {
        assertThat(
                        problems(
                                """
                                title: t
                                covers: [x]
                                rules: ""
                                steps:
                                  - {at: 0ms, send: a, id: x, expect: admitted}
                                  - {at: 0ms, send: a, id: x, expect: admitted}
                                """))
                .containsExactly(
                        "case.yaml:6:1: steps[1].id already names a request that has not ended");
    }

    @Test
    void saysWhereAFileIsNoYaml() {
        assertThat(problems("title: [")).singleElement().asString().startsWith("case.yaml:1:9");
        assertThat(problems("")).containsExactly("case.yaml:1:1: is empty: it holds no case");
        assertThatThrownBy(() -> read("- a"))
                .isInstanceOf(CaseFileException.class)
                .hasMessage("case.yaml:1:1: must be an object, was a list");
    }

    @Test
    void readsRequestsToRouteAndWhatIsExpectedOfThem() {
        ConformanceCase read =
                read(
                        """
                        title: t
                        covers: [x]
                        rules: ""
                        steps:
                          - at: 0ms
                            route: {host: h, method: GET, path: /p, scheme: http, authority: a, port: 80, headers: {k: v}, query: {q: w}}
                            times: 7
                            expect: {to: {host: h, subset: s, port: 81}, instances: [{a: b}], colour: {name: c, key: d}}
                          - {at: 0ms, route: {}, expect: no-instance}
                          - {at: 0ms, route: {}, expect: {redirect: {uri: /u, code: 302}, colour: none}}
                          - {at: 0ms, route: {}, expect: {response: {status: 503, body: b}}}
                          - {at: 0ms, route: {}, expect: {shares: [{to: {host: h}, share: 5%}], within: 2%}}
                          - {at: 0ms, route: {}, expect: {actions: {timeout: none, path: /p}}}
                          - {at: 0ms, route: {}, times: 9, expect: {happens: {delay: 30%}, within: 6%}}
                        """);

        var nothing = new RouteRequest(null, null, null, null, null, 0, Map.of(), Map.of());
        assertThat(read.steps())
                .extracting(Step::action)
                .containsExactly(
                        new Action.Route(
                                new RouteRequest(
                                        "h",
                                        "GET",
                                        "/p",
                                        "http",
                                        "a",
                                        80,
                                        Map.of("k", "v"),
                                        Map.of("q", "w")),
                                7,
                                new RouteExpectation.Each(
                                        new RouteTarget.Destination("h", "s", 81),
                                        List.of(Map.of("a", "b")),
                                        new RouteExpectation.ExpectedColour(new Colour("c", "d")))),
                        new Action.Route(
                                nothing,
                                1,
                                new RouteExpectation.Each(
                                        new RouteTarget.NoInstance(), null, null)),
                        new Action.Route(
                                nothing,
                                1,
                                new RouteExpectation.Each(
                                        new RouteTarget.Redirect("/u", null, null, null, null, 302),
                                        null,
                                        new RouteExpectation.ExpectedColour(null))),
                        new Action.Route(
                                nothing,
                                1,
                                new RouteExpectation.Each(
                                        new RouteTarget.Answer(
                                                new HttpResponse(503, "b", Map.of())),
                                        null,
                                        null)),
                        new Action.Route(
                                nothing,
                                1,
                                new RouteExpectation.Shares(
                                        List.of(
                                                new RouteExpectation.Share(
                                                        new RouteTarget.Destination(
                                                                "h", null, null),
                                                        0.05)),
                                        0.02)),
                        new Action.Route(
                                nothing,
                                1,
                                new RouteExpectation.Each(
                                        null, null, null, Map.of("timeout", "none", "path", "/p"))),
                        new Action.Route(
                                nothing,
                                9,
                                new RouteExpectation.Happens(Map.of("delay", 0.3), 0.06)));
    }

    @Test
    void casesAboutRulesOfOthersNeedNoRulesAndMayBeInOneFile() {
        var others = new RuleDocuments("# rules of others");
        List<ConformanceCase> cases =
                CaseReader.readAll(
                        """
                        title: One
                        steps: [{at: 0ms, send: a, expect: admitted}]
                        ---
                        title: Two
                        rules: ""
                        steps: [{at: 0ms, send: a, expect: admitted}]
                        """,
                        "cases.yaml",
                        others);

        assertThat(cases).extracting(ConformanceCase::title).containsExactly("One", "Two");
        assertThat(cases.get(0).rules()).isEqualTo(others);
        assertThat(cases.get(1).rules()).isEqualTo(new RuleDocuments(""));
    }

    @Test
    void faultInAnyCaseOfAFileHasItsPlace() {
        assertThatThrownBy(
                        () ->
                                CaseReader.readAll(
                                        """
                                        title: One
                                        steps: [{at: 0ms, send: a, expect: admitted}]
                                        ---
                                        title: Two
                                        steps: [{at: soon, send: a, expect: admitted}]
                                        """,
                                        "cases.yaml",
                                        new RuleDocuments("")))
                .hasMessageStartingWith("cases.yaml:5:14: steps[0].at must be");
        assertThatThrownBy(() -> CaseReader.readAll("# none", "c.yaml", new RuleDocuments("")))
                .hasMessage("c.yaml:1:1: is empty: it holds no case");
        assertThatThrownBy(() -> CaseReader.readAll("title: {", "c.yaml", new RuleDocuments("")))
                .hasMessageContaining("c.yaml:1:9: is no YAML");
    }
}
