package io.opensergo.examples.sentinel;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.init.InitExecutor;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.sentinel.OpenSergoSentinel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * An application that enters its resources through Sentinel, as it always did, and is governed by
 * rules of a control plane, which are edited while it runs. Control plane and application are one
 * process here, with a socket between them.
 */
public final class SentinelExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String ORDERS = "POST:/orders";
    private static final String REPORTS = "GET:/reports";
    private static final String LEGACY = "GET:/legacy";

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private int chapters;

    private SentinelExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        new SentinelExample().run();
    }

    private void run() throws Exception {
        System.setProperty("csp.sentinel.log.dir", "target/sentinel");
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
            // Settings of Sentinel's, as its sentinel.properties or -D would have them
            System.setProperty("project.name", "shop");
            System.setProperty("opensergo.endpoint", "localhost:" + controlPlane.port());
            InitExecutor.doInit();
            OpenSergoSentinel sentinel = OpenSergoSentinel.started().orElseThrow();
            sentinel.ready().block(PATIENCE);

            beginWithARuleLoadedByHand();
            limitOrders();
            limitReports();
            paceMail();
            breakOffFailingCalls();
            editAndDelete(sentinel);
            System.out.println();
        }
    }

    private void beginWithARuleLoadedByHand() throws InterruptedException {
        chapter("No rule of OpenSergo; one that the application loads by hand: GET:/legacy, 5/s");
        FlowRuleManager.loadRules(List.of(new FlowRule(LEGACY).setCount(5)));
        tell(ORDERS, 200);
        tell(LEGACY, 200);
    }

    private void limitOrders() throws IOException, InterruptedException {
        chapter("Somebody adds rules/limits.yaml: at most 50 orders a second");
        apply("limits.yaml", text -> text, () -> !flowRules(ORDERS).isEmpty());
        tell(ORDERS, 200);
        note("Sentinel enforces it: " + flowRules(ORDERS).get(0).getCount() + " per second");
        tell(LEGACY, 200);
    }

    private void limitReports() throws IOException, InterruptedException {
        chapter("Somebody adds rules/window.yaml: at most 20 reports in 5 seconds");
        apply("window.yaml", text -> text, () -> isEnforced(REPORTS));
        String perSecond = "the same, read as 20 a second";
        FlowRuleManager.loadRules(
                List.of(new FlowRule(LEGACY).setCount(5), new FlowRule(perSecond).setCount(20)));
        int exact = 0;
        int approximate = 0;
        for (int part = 0; part < 14; part++) {
            exact += passed(REPORTS, 10);
            approximate += passed(perSecond, 10);
            TimeUnit.MILLISECONDS.sleep(250);
        }
        note("140 calls in 3.5 s: " + exact + " passed");
        note(perSecond + ": " + approximate + " passed");
        note(enforcement(REPORTS));
    }

    private void paceMail() throws IOException {
        chapter("Somebody adds rules/pace.yaml: mails 50 ms apart");
        apply("pace.yaml", text -> text, () -> !flowRules("mail").isEmpty());
        passed("mail", 1);
        long begun = System.nanoTime();
        int passed = passed("mail", 10);
        note(
                passed
                        + " mails passed and took "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)
                        + " ms");
    }

    private void breakOffFailingCalls() throws IOException, InterruptedException {
        chapter("Somebody adds rules/breaker.yaml: open for 1 s at half of at least 5 calls");
        apply("breaker.yaml", text -> text, () -> isEnforced("prices"));
        int reached = 0;
        String refusal = "";
        for (int i = 0; i < 20; i++) {
            try (Entry entry = SphU.entry("prices")) {
                reached++;
                Tracer.traceEntry(new IOException("the price service is down"), entry);
            } catch (BlockException e) {
                refusal = describe(e);
            }
        }
        note(
                "20 calls: "
                        + reached
                        + " reached the service and failed, "
                        + (20 - reached)
                        + " were refused at once");
        note(refusal);
        TimeUnit.MILLISECONDS.sleep(1100);
        note("1.1 s later: " + passed("prices", 20) + " of 20 pass, since the probe succeeded");
    }

    private void editAndDelete(OpenSergoSentinel sentinel)
            throws IOException, InterruptedException {
        chapter("Somebody edits the orders to 80 a second");
        apply(
                "limits.yaml",
                text -> text.replace("threshold: 50", "threshold: 80"),
                () -> flowRules(ORDERS).get(0).getCount() > 50);
        tell(ORDERS, 200);

        chapter("Somebody deletes every rule: the one that was loaded by hand stays");
        rules.replaceAll(List.of());
        await(() -> sentinel.enforcements().isEmpty());
        tell(ORDERS, 200);
        tell(REPORTS, 200);
        tell(LEGACY, 200);
    }

    /** Begins with one of the halves of a second in which Sentinel counts. */
    private void tell(String resource, int requests) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(500 - System.currentTimeMillis() % 500);
        int passed = passed(resource, requests);
        note(
                String.format(
                        Locale.ROOT,
                        "%-12s %d calls: %d passed, %d refused",
                        resource,
                        requests,
                        passed,
                        requests - passed));
    }

    private static int passed(String resource, int requests) {
        int refused = 0;
        for (int i = 0; i < requests; i++) {
            try {
                SphU.entry(resource, EntryType.IN).exit();
            } catch (BlockException e) {
                refused++; // what a web adapter of Sentinel's answers with 429
            }
        }
        return requests - refused;
    }

    private static String describe(BlockException refusal) {
        return refusal.getClass().getSimpleName()
                + ": "
                + OpenSergoSentinel.rejectionOf(refusal).orElseThrow();
    }

    private static List<FlowRule> flowRules(String resource) {
        return FlowRuleManager.getRules().stream()
                .filter(rule -> rule.getResource().equals(resource))
                .toList();
    }

    private static boolean isEnforced(String resource) {
        return !enforcement(resource).isEmpty();
    }

    private static String enforcement(String resource) {
        return OpenSergoSentinel.started().orElseThrow().enforcements().stream()
                .filter(it -> it.resource().equals(resource))
                .map(Object::toString)
                .findFirst()
                .orElse("");
    }

    /** Gives the control plane the rules of a file, edited, and waits until they are in force. */
    private void apply(String file, UnaryOperator<String> edit, BooleanSupplier isInForce)
            throws IOException {
        String text = edit.apply(Files.readString(RULES.resolve(file)));
        rules.put(RuleReader.strict().read(text, file).orThrow());
        await(isInForce);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the rules did not arrive");
            }
            Thread.onSpinWait();
        }
    }

    private void chapter(String title) {
        chapters++;
        System.out.printf("%n%d. %s%n", chapters, title);
    }

    private static void note(String text) {
        System.out.println("   " + text);
    }
}
