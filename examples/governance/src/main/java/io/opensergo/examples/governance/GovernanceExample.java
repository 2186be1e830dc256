package io.opensergo.examples.governance;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.BreakerTransition;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Plan;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;

/**
 * An application that guards and routes its calls by rules of a control plane, which are edited
 * while it runs. Control plane and application are one process here, with a socket between them.
 */
public final class GovernanceExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private int chapters;

    private GovernanceExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        new GovernanceExample().run();
    }

    private void run() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start();
                OpenSergoClient client =
                        OpenSergoClients.connect("localhost:" + controlPlane.port());
                Governor governor = Governor.of(client, Target.of("shop"))) {
            governor.ready().block(PATIENCE);
            limitOrders(governor);
            breakOffFailingCalls(governor);
            tryALimitAsAShadow(governor);
            routePrices(governor);
            System.out.println();
        }
    }

    private void limitOrders(Governor governor) throws Exception {
        Guard orders = governor.guard("POST:/orders");

        chapter("No rule: everything passes");
        tell(200, orders);

        chapter("Somebody adds rules/protection.yaml: at most 50 orders a second");
        apply(
                governor,
                "protection.yaml",
                text -> text,
                plan -> plan.resources().size() == 2 && plan.problems().isEmpty());
        tell(200, orders);

        chapter("Somebody edits it to 80: what has passed in this second still counts");
        long before = governor.plan().number();
        apply(
                governor,
                "protection.yaml",
                text -> text.replace("threshold: 50", "threshold: 80"),
                plan -> plan.number() > before);
        tell(200, orders);

        chapter("Why? A guard explains itself");
        note(orders.explain().toString());
    }

    private void breakOffFailingCalls(Governor governor) throws Exception {
        chapter(
                "The price service fails: the breaker opens at half of at least 5 calls, for 500 ms");
        BlockingQueue<BreakerTransition> transitions = new LinkedBlockingQueue<>();
        governor.breakerTransitions().subscribe(transitions::add);
        Guard prices = governor.guard("prices");
        int reached = 0;
        for (int i = 0; i < 20; i++) {
            Mono<String> call =
                    Mono.<String>error(new IOException("503")).transform(prices::protect);
            boolean refused =
                    call.map(reply -> false)
                            .onErrorResume(e -> Mono.just(e instanceof RequestRejectedException))
                            .blockOptional()
                            .orElseThrow();
            reached += refused ? 0 : 1;
        }
        note(
                "20 calls: "
                        + reached
                        + " reached the service and failed, "
                        + (20 - reached)
                        + " were refused at once");
        await(transitions);

        chapter("It recovers: the first call after 500 ms is the probe, and closes the breaker");
        Mono.delay(Duration.ofMillis(500)).block();
        prices.call(() -> "42.00");
        await(transitions);
        await(transitions);
    }

    private void tryALimitAsAShadow(Governor governor) throws Exception {
        chapter("Somebody tries a limit of 10 as a shadow: it counts, and refuses nothing");
        long before = governor.plan().number();
        apply(
                governor,
                "protection.yaml",
                text ->
                        text.replace("threshold: 50", "threshold: 10")
                                .replaceFirst(
                                        "labels: ",
                                        "annotations: {opensergo.io/mode: shadow}\n  labels: "),
                plan -> plan.number() > before);
        Guard orders = governor.guard("POST:/orders");
        tell(200, orders);
        note(
                "it would have refused "
                        + orders.stats().strategies().get(0).shadowRejected()
                        + " of them");
    }

    private void routePrices(Governor governor) throws Exception {
        chapter("Somebody adds rules/routing.yaml: testers to the beta, and 5 % of everybody else");
        apply(governor, "routing.yaml", text -> text, plan -> plan.routers().contains("prices"));
        RequestView anybody = RequestView.builder().host("prices").method("GET").path("/").build();
        RequestView tester =
                RequestView.builder().host("prices").header("x-cohort", "beta").build();
        note("1000 requests of anybody: " + subsets(governor, anybody));
        note("1000 requests of testers: " + subsets(governor, tester));
        note(governor.explain(anybody).toString());
    }

    private static Map<String, Integer> subsets(Governor governor, RequestView request) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 1000; i++) {
            counts.merge(String.valueOf(governor.route(request).group()), 1, Integer::sum);
        }
        return counts;
    }

    private void tell(int requests, Guard guard) throws Exception {
        int passed = 0;
        String refusal = "";
        for (int i = 0; i < requests; i++) {
            try {
                guard.call(() -> "ordered");
                passed++;
            } catch (RequestRejectedException e) {
                refusal = e.rejection().toString();
            }
        }
        note(
                String.format(
                        Locale.ROOT,
                        "%d calls: %d passed, %d refused",
                        requests,
                        passed,
                        requests - passed));
        if (!refusal.isEmpty()) {
            note(refusal);
        }
    }

    /** Gives the control plane the rules of a file, edited, and waits until they decide. */
    private void apply(
            Governor governor, String file, UnaryOperator<String> edit, Predicate<Plan> isInForce)
            throws IOException {
        String text = edit.apply(Files.readString(RULES.resolve(file)));
        rules.put(RuleReader.strict().read(text, file).orThrow());
        governor.plans().filter(isInForce).blockFirst(PATIENCE);
    }

    private static void await(BlockingQueue<BreakerTransition> transitions)
            throws InterruptedException {
        BreakerTransition next = transitions.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        note(next == null ? "nothing happened" : next.from() + " → " + next.to());
    }

    private void chapter(String title) {
        chapters++;
        System.out.printf("%n%d. %s%n", chapters, title);
    }

    private static void note(String text) {
        System.out.println("   " + text.replace("\n", "\n   "));
    }
}
