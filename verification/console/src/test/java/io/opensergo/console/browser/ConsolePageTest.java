package io.opensergo.console.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.console.Console;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.TokenAuthorizer;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.controlplane.TokenAuthorizer.Role;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** What people do on the page, in Chromium. */
class ConsolePageTest {

    private static final String EDITOR = ".editor textarea";
    private static final String REFUSED_IN_THE_TABLE =
            "return [...document.querySelectorAll('details td:nth-child(3)')]"
                    + ".reduce((sum, each) => sum + Number(each.textContent), 0)";

    private static Browser browser;
    private static ServedRules rules;
    private static ControlPlane controlPlane;
    private static Console console;

    @BeforeAll
    static void start() {
        browser = Browser.start();
        rules = new ServedRules();
        controlPlane = ControlPlane.builder().port(0).source(rules.source()).start();
        console = Console.builder(controlPlane).repository(rules).port(0).start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
            console.close();
            controlPlane.close();
        }
    }

    @AfterEach
    void nothingWasKeptFromRunning() {
        assertThat(browser.errors())
                .noneMatch(each -> each.contains("Content Security Policy"))
                .noneMatch(each -> each.contains("Uncaught"));
    }

    private static String page(Console of, String view) {
        return "http://localhost:" + of.port() + "/#/" + view;
    }

    private static String pageOf(String rule) {
        return page(
                console,
                "rule?kind="
                        + URLEncoder.encode(
                                RateLimitStrategy.KIND.wireName(), StandardCharsets.UTF_8)
                        + "&namespace=default&name="
                        + URLEncoder.encode(rule, StandardCharsets.UTF_8));
    }

    @Test
    void aRuleIsEditedValidatedTriedSavedAndComesToItsClient() {
        rules.storeLimit("edited", 10);
        List<Long> thresholds = new CopyOnWriteArrayList<>();
        try (OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + controlPlane.port())
                        .build()) {
            Disposable following =
                    client.rules(Target.of("default", "shop"), RateLimitStrategy.KIND)
                            .map(RuleSnapshot::rules)
                            .subscribe(
                                    all -> all.forEach(each -> thresholds.add(each.threshold())));
            await().until(() -> thresholds.contains(10L));
            browser.openAnew(page(console, "rules"));
            browser.click("a", "edited");

            browser.paste(EDITOR, ServedRules.limit("edited", -7));
            browser.see(".problems button", "spec.threshold");
            browser.see(".gutter .bad", "7");
            browser.paste(EDITOR, ServedRules.limit("edited", 77));
            browser.see(".problems", "No problem");
            browser.click("button", "Review and save");
            browser.see("dialog .add", "threshold: 77");
            browser.see("dialog", "1 connected clients would be told");
            browser.see("dialog input").sendKeys("for the sale");
            browser.click("dialog button", "Save");

            browser.see(".note", "Saved");
            await().atMost(Duration.ofSeconds(30)).until(() -> thresholds.contains(77L));
            browser.see("summary", "for the sale");
            following.dispose();
        }
    }

    @Test
    void theSecondOfTwoEditorsSeesWhatTheFirstWroteAndDecides() {
        rules.storeLimit("contended", 10);
        browser.openAnew(pageOf("contended"));
        browser.see(EDITOR);
        String second = browser.tab();
        browser.newTab();
        browser.open(pageOf("contended"));
        browser.paste(EDITOR, ServedRules.limit("contended", 11));
        browser.click("button", "Review and save");
        browser.click("dialog button", "Save");
        browser.see(".note", "Saved");

        browser.toTab(second);
        browser.paste(EDITOR, ServedRules.limit("contended", 12));
        browser.click("button", "Review and save");

        browser.see(".error", "Somebody else has changed this rule");
        browser.see(".del", "threshold: 11");
        browser.click("button", "Take theirs");
        assertThat(browser.valueOf(EDITOR)).contains("threshold: 11");
        browser.paste(EDITOR, ServedRules.limit("contended", 13));
        browser.click("button", "Review and save");
        browser.click("dialog button", "Save");
        browser.see(".note", "Saved");
        assertThat(rules.rules().toString()).contains("threshold: 13");
    }

    @Test
    void aChangeIsTakenBack() {
        rules.storeLimit("restored", 10);
        browser.openAnew(pageOf("restored"));
        browser.paste(EDITOR, ServedRules.limit("restored", 99));
        browser.click("button", "Review and save");
        browser.see("dialog input").sendKeys("test-why");
        browser.click("dialog button", "Save");
        browser.see(".note", "Saved");

        browser.click("details.panel summary", "test-why");
        browser.click("button", "Take back");
        browser.accept();

        browser.see(".note", "Taken back");
        assertThat(rules.rules().toString())
                .contains("threshold: 10")
                .doesNotContain("threshold: 99");
    }

    @Test
    void aNewRuleIsMadeFromATemplate() {
        browser.openAnew(page(console, "rules"));
        browser.click("a", "New rule");
        browser.see(".problems", "No problem");
        browser.paste(EDITOR, ServedRules.limit("made-here", 3));
        browser.click("button", "Review and save");
        browser.see("dialog .tag", "created");
        browser.click("dialog button", "Save");

        browser.see("h1", "default / made-here");
        browser.see(".tag.good", "in force");
    }

    @Test
    void whatANameHoldsIsShownAndNeverRun() {
        String name = "<img src=x onerror=window.ran=1><script>window.ran=1</script>";
        rules.storeLimit(name, 1);
        browser.openAnew(page(console, "rules"));
        browser.see("a", name);
        browser.open(pageOf(name));
        browser.see("h1", name);
        browser.open(page(console, "history"));
        browser.click("summary", "create");
        browser.open(page(console, "audit"));
        browser.see("h1", "Audit");

        assertThat(browser.run("return window.ran")).isNull();
        assertThat(browser.run("return document.querySelectorAll('img').length")).isEqualTo(0L);
    }

    @Test
    void asksNoOtherHost() {
        browser.openAnew(page(console, "overview"));
        browser.see(".card", "Rules in force");

        assertThat(
                        browser.run(
                                "return performance.getEntriesByType('resource').map(e => new"
                                        + " URL(e.name).host).filter(host => host !=="
                                        + " location.host)"))
                .isEqualTo(List.of());
    }

    @Test
    void theLanguageAndTheColoursStayChosen() {
        browser.openAnew(page(console, "overview"));
        browser.see(".banner", "everybody on this machine");
        browser.click("header button", "中文");
        browser.see("nav a", "总览");
        browser.click("header button", "自动");
        browser.click("header button", "浅色");
        browser.open(page(console, "overview"));

        browser.see("nav a", "总览");
        assertThat(browser.run("return document.documentElement.dataset.theme")).isEqualTo("dark");
        assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(20, 23, 27)");
    }

    @Test
    void thePlaygroundExplainsARequest() {
        browser.openAnew(page(console, "playground"));
        browser.type("input[name=app]", "shop");
        browser.type("input[name=resource]", "GET:/orders");
        browser.click("form button", "Explain");

        browser.see(".empty", "No rule protects this resource");
    }

    @Test
    void theLivePageShowsWhatTheLoadReallyGetsAndTheOverviewWhichBreakersAreOpen() {
        rules.store(
                ServedRules.limit("busy-limit", 10)
                        .replace("app: shop", "app: busy")
                        .replace("statDuration: 1s", "statDuration: 1h"),
                ServedRules.protection("busy", "GET:/busy", "RateLimitStrategy", "busy-limit"),
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: CircuitBreakerStrategy
                metadata: {name: busy-breaker, labels: {app: busy}}
                spec:
                  strategy: ErrorRequestRatio
                  triggerRatio: '50%'
                  statDuration: 60s
                  recoveryTimeout: 3600s
                  minRequestAmount: 5
                """,
                ServedRules.protection(
                        "pay", "POST:/pay", "CircuitBreakerStrategy", "busy-breaker"));
        try (OpenSergoClient client =
                        OpenSergoClients.connect("http://localhost:" + controlPlane.port());
                Governor governor = Governor.of(client, Target.of("default", "busy"))) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> governor.plan().resources().contains("POST:/pay"));
            browser.openAnew(page(console, "live?namespace=default&app=busy"));
            browser.see("[data-part=resources] td", "GET:/busy");
            for (int i = 0; i < 30; i++) {
                end(governor.guard("GET:/busy"), Outcome.SUCCESS);
                end(governor.guard("POST:/pay"), Outcome.failure(new TimeoutException()));
            }

            browser.see("[data-part=resources] td", "20 refused");
            browser.see("[data-part=resources] .tag.bad", "open in 1 of 1");
            browser.click("summary", "As a table");
            await().atMost(Duration.ofSeconds(60)) // a report may be of two steps
                    .until(() -> browser.run(REFUSED_IN_THE_TABLE).equals(45L));
            assertThat(browser.run("return document.querySelectorAll('svg rect.bad').length"))
                    .isNotEqualTo(0L);
            browser.open(page(console, "overview"));
            browser.see("li.error", "busy-breaker on POST:/pay is open in 1 of 1 instances");
        }
    }

    private static void end(Guard guard, Outcome outcome) {
        long token = guard.acquire();
        if (!Guard.isRefused(token)) {
            guard.release(token, outcome);
        }
    }

    @Test
    void aLostConnectionIsSaidAndHeals() {
        Console gone = Console.builder(controlPlane).repository(rules).port(0).start();
        int port = gone.port();
        browser.openAnew(page(gone, "overview"));
        browser.see(".card", "Rules in force");
        gone.close();
        browser.see(".banner.bad", "Connection lost");
        browser.see(".card", "Rules in force");

        try (Console again = Console.builder(controlPlane).repository(rules).port(port).start()) {
            assertThat(again.port()).isEqualTo(port);
            browser.seeNoMore(".banner.bad");
        }
        browser.errors();
    }

    @Test
    void peopleLogInWithATokenThatNoScriptCanRead() {
        try (ControlPlane guarded =
                        ControlPlane.builder()
                                .port(0)
                                .authorizer(
                                        TokenAuthorizer.of(
                                                new Grant(
                                                        "ops",
                                                        "secret",
                                                        Set.of("*"),
                                                        Set.of("*"),
                                                        Role.WRITE)))
                                .start();
                Console closed = Console.builder(guarded).port(0).start()) {
            browser.openAnew(page(closed, "overview"));
            browser.type("input[type=password]", "wrong");
            browser.click("form button", "Log in");
            browser.see(".error", "The token is not known");
            browser.type("input[type=password]", "secret");
            browser.click("form button", "Log in");

            browser.see("header", "ops");
            browser.see(".card", "Rules in force");
            assertThat(browser.run("return document.cookie")).isEqualTo("");
            assertThat(browser.cookies()).contains("opensergo-session").doesNotContain("secret");
            browser.open(page(closed, "audit"));
            browser.see("td", "login");
            browser.click("header button", "Log out");
            browser.see("h1", "Log in");
        }
        browser.errors();
    }
}
