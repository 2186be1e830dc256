package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Target;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which routers are about what the application {@code shop} serves, and what is left to calls. */
class ServedRoutesTest {

    private static final RequestView TO_SHOP = RequestView.builder().host("shop").build();
    private static final RequestView FROM_OUTSIDE =
            RequestView.builder().host("localhost").path("/a").build();

    private static String router(String name, String spec) {
        return """
        apiVersion: traffic.opensergo.io/v1alpha1
        kind: TrafficRouter
        metadata: {name: %s, labels: {app: shop}}
        spec:
          %s
        ---
        """
                .formatted(name, spec.strip().replace("\n", "\n  "));
    }

    private static Governor governor(String... routers) {
        return Governor.builder()
                .target(Target.of("default", "shop"))
                .workload(WorkloadIdentity.of("default", Map.of("app", "shop")))
                .servedHosts("shop.example.com")
                .rules(rules(routers))
                .build();
    }

    private static List<? extends Rule> rules(String... routers) {
        return RuleReader.strict().read(String.join("", routers), "rules of the test").orThrow();
    }

    private static Governor serving(String... routers) {
        Governor governor = governor(routers);
        governor.honoursAtServer("test server", EnumSet.allOf(RouteAction.class));
        return governor;
    }

    private static final String ALL =
            """
            hosts: [shop]
            http:
              - timeout: 2s
                retries: {attempts: 2}
                fault: {abort: {httpStatus: 503}}
                headers: {request: {set: {x-a: b}}}
                corsPolicy: {allowOrigin: ['*']}
                route: [{destination: {host: shop, subset: v1}}]
            """;

    @Test
    void aCallToItselfGetsOnlyWhatIsTheCallersOnceAServerDoesTheRest() {
        Governor governor = governor(router("all", ALL));
        assertThat(governor.route(TO_SHOP).actions().faults()).isNotNull();
        assertThat(governor.routeServed(FROM_OUTSIDE).isFound()).isFalse();

        governor.honoursAtServer("test server", EnumSet.allOf(RouteAction.class));

        RouteActions ofCall = governor.route(TO_SHOP).actions();
        RouteActions ofServer = governor.routeServed(FROM_OUTSIDE).actions();
        assertThat(governor.route(TO_SHOP).group()).hasToString("shop/v1");
        assertThat(ofCall.faults()).isNull();
        assertThat(ofCall.requestHeaders().isEmpty()).isTrue();
        assertThat(ofCall.retries()).isNotNull();
        assertThat(ofCall.timeoutNanos()).isPositive();
        assertThat(ofServer.faults()).isNotNull();
        assertThat(ofServer.crossOrigin()).isNotNull();
    }

    @Test
    void onlyNamesOfTheApplicationCount() {
        String abort = "http: [{fault: {abort: {httpStatus: 503}}}]";
        Governor governor =
                serving(
                        router("any", "hosts: ['*']\n" + abort),
                        router("hostless", abort),
                        router("other", "hosts: [prices]\n" + abort),
                        router("prefix", "hosts: ['sh*']\n" + abort));

        assertThat(governor.routeServed(TO_SHOP).isFound()).isFalse();
        assertThat(governor.route(TO_SHOP).actions().faults()).isNotNull();
    }

    @Test
    void aHostThatIsServedHasItsOwnRouters() {
        Governor governor =
                serving(
                        router("own", "hosts: [SHOP]\nhttp: [{directResponse: {status: 201}}]"),
                        router(
                                "public",
                                "hosts: [shop.example.com]\n"
                                        + "http: [{directResponse: {status: 202}}]"));

        assertThat(statusOf(governor, "localhost")).isEqualTo(201);
        assertThat(statusOf(governor, "Shop.Example.com")).isEqualTo(202);
        assertThat(statusOf(governor, null)).isEqualTo(201);
    }

    private static int statusOf(Governor governor, String host) {
        return governor.routeServed(RequestView.builder().host(host).build())
                .actions()
                .directResponse()
                .status();
    }

    @Test
    void nothingIsKnownOfTheCaller() {
        Governor governor =
                serving(
                        router(
                                "mine",
                                """
                                hosts: [shop]
                                http:
                                  - match: [{sourceLabels: {app: shop}}, {sourceNamespace: default}]
                                    directResponse: {status: 201}
                                """));

        assertThat(governor.routeServed(TO_SHOP).isFound()).isFalse();
        assertThat(governor.route(TO_SHOP).isFound()).isTrue();
    }

    @Test
    void delegatesAreFollowedAndTriedNowhereElse() {
        Governor governor =
                serving(
                        router(
                                "entry",
                                "hosts: [shop]\nhttp: [{match: [{uri: {prefix: /a}}], delegate: {name:"
                                        + " rest}}]"),
                        router("rest", "http: [{directResponse: {status: 201}}]"),
                        router("foreign", "hosts: [x]\nhttp: [{delegate: {name: far}}]"),
                        router("far", "http: [{directResponse: {status: 500}}]"));

        assertThat(status(governor, FROM_OUTSIDE)).isEqualTo(201);
        assertThat(governor.routeServed(RequestView.builder().path("/b").build()).isFound())
                .isFalse();
    }

    private static int status(Governor governor, RequestView request) {
        return governor.routeServed(request).actions().directResponse().status();
    }

    @Test
    void faultsGoOnWhereTheyAreWhenOtherRulesChange() {
        String half =
                router(
                        "half",
                        "hosts: [shop]\n"
                                + "http: [{fault: {abort: {httpStatus: 503, percentage: {value:"
                                + " 50}}}}]");
        Governor governor = serving(half);
        int aborted = 0;
        for (int i = 0; i < 100; i++) {
            if (i % 7 == 0) {
                governor.replaceRules(
                        rules(half, router("other", "hosts: [x" + i + "]\nhttp: [{}]")));
            }
            RouteActions actions = governor.routeServed(TO_SHOP).actions();
            aborted += actions.faults().nextAbort() == null ? 0 : 1;
        }

        assertThat(aborted).isEqualTo(50);
    }

    @Test
    void aShadowCountsWhatItWouldHaveDecided() {
        Governor governor =
                serving(
                        router("trial", "hosts: [shop]\nhttp: [{directResponse: {status: 201}}]")
                                .replace(
                                        "labels: {app: shop}",
                                        "labels: {app: shop}, annotations:"
                                                + " {opensergo.io/mode: shadow}"));

        assertThat(governor.routeServed(FROM_OUTSIDE).isFound()).isFalse();
        assertThat(governor.routeServed(FROM_OUTSIDE).isFound()).isFalse();
        assertThat(governor.shadowRouteMatches().values()).containsExactly(2L);
    }

    @Test
    void whatAServerDoesNotDoIsReportedOfRoutersThatAreAboutWhatItServes() {
        Governor governor =
                governor(
                        router("own", ALL),
                        router("calls", "hosts: [prices]\nhttp: [{timeout: 1s, retries: {}}]"));
        governor.honours("client", Set.of(RouteAction.TIMEOUT));
        governor.honoursAtServer("server", Set.of(RouteAction.TIMEOUT, RouteAction.FAULT_ABORT));

        assertThat(governor.plan().problems())
                .extracting(PlanProblem::message)
                .containsExactly(
                        "TrafficRouter 'calls' asks for retries, which the client adapter does not"
                                + " do; the rest applies",
                        "TrafficRouter 'own' asks for retries, headers.request, corsPolicy, which"
                                + " the server adapter does not do; the rest applies");
    }

    @Test
    void explainsWhatIsAndIsNotDoneForARequestThatIsServed() {
        String text = serving(router("own", ALL)).explainServed(FROM_OUTSIDE).toString();

        assertThat(text)
                .contains("its hosts [shop] include 'shop'")
                .contains("corsPolicy", "the request does not say its origin")
                .contains("it is about calls, and this request is served here");
    }
}
