package io.opensergo.examples.dubbo;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.dubbo.DubboGovernance;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Plan;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.curator.test.TestingServer;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;

/**
 * A shop asks two versions of a price service, by ZooKeeper and the triple protocol, while somebody
 * edits the rules of both. All of it is one process here, with sockets between.
 */
public final class DubboExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private int chapters;

    private DubboExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        System.setProperty("dubbo.application.logger", "slf4j");
        new DubboExample().run();
        System.exit(0); // ZooKeeper and Dubbo leave threads behind
    }

    private void run() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start();
                var zooKeeper = new TestingServer(true)) {
            String registry = zooKeeper.getConnectString();
            String endpoint = "localhost:" + controlPlane.port();
            Map<String, String> first = Map.of("opensergo.endpoint", endpoint, "subset", "v1");
            Map<String, String> second = Map.of("opensergo.endpoint", endpoint, "subset", "v2");
            Map<String, String> caller = Map.of("opensergo.endpoint", endpoint);
            try (var v1 = new DubboApplication("prices", registry, first);
                    var v2 = new DubboApplication("prices", registry, second);
                    var shop = new DubboApplication("shop", registry, caller)) {
                v1.provide(article -> price(article, "v1"));
                v2.provide(article -> price(article, "v2"));
                Prices prices = shop.consume();
                awaitBoth(prices);
                route(governorOf(shop), prices);
                limit(governorOf(v1), governorOf(v2), prices);
                breakOff(governorOf(shop), prices);
                System.out.println();
            }
        }
    }

    private static String price(String article, String version) {
        if (article.equals("unknown")) {
            throw new IllegalArgumentException("no such article");
        }
        return version;
    }

    private void route(Governor shop, Prices prices) throws Exception {
        chapter("No rule: Dubbo spreads the calls over both versions");
        note("1000 calls: " + answers(prices, 1000, "anybody"));

        chapter("Somebody adds rules/routing.yaml: testers to v2, and 10 % of everybody else");
        List<Rule> routing = read("routing.yaml", "", "");
        rules.put(routing);
        await(shop, plan -> plan.routers().contains("prices"));
        note("1000 calls of anybody: " + answers(prices, 1000, "anybody"));
        note("1000 calls of testers: " + answers(prices, 1000, "beta"));

        chapter("Somebody edits it: 50 % of everybody else");
        long before = shop.plan().number();
        rules.put(read("routing.yaml", "weight: 90", "weight: 10")); // 10 to 10 is half and half
        await(shop, plan -> plan.number() > before);
        note("1000 calls of anybody: " + answers(prices, 1000, "anybody"));

        rules.replaceAll(List.of());
        await(shop, plan -> plan.routers().isEmpty());
    }

    private void limit(Governor v1, Governor v2, Prices prices) throws Exception {
        chapter("Somebody adds rules/limit.yaml: each provider answers 40 calls in ten seconds");
        rules.put(read("limit.yaml", "", ""));
        await(v1, plan -> !plan.resources().isEmpty());
        await(v2, plan -> !plan.resources().isEmpty());
        note("400 calls: " + answers(prices, 400, "anybody"));
        note(refusal(prices));

        chapter("Somebody deletes it: everything passes again, at once");
        rules.replaceAll(List.of());
        await(v1, plan -> plan.resources().isEmpty());
        await(v2, plan -> plan.resources().isEmpty());
        note("400 calls: " + answers(prices, 400, "anybody"));
    }

    private void breakOff(Governor shop, Prices prices) throws Exception {
        chapter("rules/breaker.yaml: the shop breaks off once half of at least five calls fail");
        rules.put(read("breaker.yaml", "", ""));
        await(shop, plan -> !plan.resources().isEmpty());
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < 50; i++) {
            outcomes.merge(answer(prices, "unknown"), 1, Integer::sum);
        }
        note("50 calls for an unknown article: " + outcomes);
        note(refusal(prices));

        chapter("A second later a probe succeeds, and closes the breaker");
        TimeUnit.MILLISECONDS.sleep(1100);
        note("100 calls: " + answers(prices, 100, "anybody"));
    }

    private static Map<String, Integer> answers(Prices prices, int calls, String cohort) {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            RpcContext.getClientAttachment().setAttachment("x-cohort", cohort);
            answers.merge(answer(prices, "tea"), 1, Integer::sum);
        }
        return answers;
    }

    private static String answer(Prices prices, String article) {
        try {
            return prices.price(article);
        } catch (RpcException e) {
            return e.isLimitExceed() ? "refused" : "failed by code " + e.getCode();
        } catch (RuntimeException e) {
            return "failed";
        }
    }

    /** Calls until a call is refused, and returns what it says. */
    private static String refusal(Prices prices) {
        for (int i = 0; i < 1000; i++) {
            try {
                prices.price("tea");
            } catch (RpcException e) {
                return String.valueOf(e.getMessage());
            }
        }
        return "nothing was refused";
    }

    private static void awaitBoth(Prices prices) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (answers(prices, 20, "anybody").keySet().stream()
                        .filter(answer -> answer.startsWith("v"))
                        .count()
                < 2) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the providers were not found");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static Governor governorOf(DubboApplication application) {
        return DubboGovernance.of(application.model()).orElseThrow().governor();
    }

    private static List<Rule> read(String file, String text, String edited) throws IOException {
        String document = Files.readString(RULES.resolve(file)).replace(text, edited);
        return RuleReader.strict().read(document, file).orThrow();
    }

    private static void await(Governor governor, Predicate<Plan> isInForce) {
        governor.plans().filter(isInForce).blockFirst(PATIENCE);
    }

    private void chapter(String title) {
        chapters++;
        System.out.printf("%n%d. %s%n", chapters, title);
    }

    private static void note(String text) {
        System.out.println("   " + text);
    }
}
