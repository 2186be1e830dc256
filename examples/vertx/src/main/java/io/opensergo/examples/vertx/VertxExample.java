package io.opensergo.examples.vertx;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.Plan;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.vertx.InstanceResolver;
import io.opensergo.vertx.OpenSergoVertx;
import io.opensergo.vertx.ServiceInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The service {@code prices} with two instances, v1 and v2, and the application {@code shop} that
 * calls it, all in one process and over sockets. Somebody edits their rules meanwhile.
 */
public final class VertxExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx();
    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private int chapters;

    private VertxExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        new VertxExample().run();
    }

    private void run() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
            String endpoint = "localhost:" + controlPlane.port();
            OpenSergoVertx prices = start("prices", endpoint);
            OpenSergoVertx shop = start("shop", endpoint);
            var instances = List.of(instance(prices, "v1"), instance(prices, "v2"));
            WebClient client =
                    WebClient.wrap(
                            shop.client(
                                    vertx.createHttpClient(),
                                    InstanceResolver.of(Map.of("prices", instances))));

            limitPrices(prices, client);
            routePrices(shop, client);

            await(shop.close());
            await(prices.close());
            await(vertx.close());
        }
        System.out.println();
    }

    /** Starts as an application does; usually the environment says where the control plane is. */
    private OpenSergoVertx start(String app, String endpoint) {
        OpenSergoVertx openSergo =
                OpenSergoVertx.builder(vertx, app)
                        .client(settings -> settings.endpoints(endpoint))
                        .build();
        openSergo.governor().ready().block(PATIENCE);
        return openSergo;
    }

    /** Serves {@code GET /prices/:id}, governed by one line. */
    private ServiceInstance instance(OpenSergoVertx openSergo, String version) {
        Router router = Router.router(vertx);
        router.get("/prices/:id").handler(context -> context.end("42.00 from " + version));
        openSergo.govern(router);
        HttpServer server =
                await(vertx.createHttpServer().requestHandler(router).listen(0, "localhost"));
        return ServiceInstance.of("localhost", server.actualPort(), Map.of("version", version));
    }

    private void limitPrices(OpenSergoVertx prices, WebClient client) throws IOException {
        chapter("No rule: 100 requests reach the two instances in turn");
        tell(client, 100, request -> request);

        chapter("Somebody adds rules/limit.yaml: 20 a second");
        apply(prices, "limit.yaml", text -> text, VertxExample::isProtected);
        tell(client, 100, request -> request);

        chapter("Somebody edits it to 60: what has passed in this second still counts");
        long before = prices.governor().plan().number();
        apply(
                prices,
                "limit.yaml",
                text -> text.replace("threshold: 20", "threshold: 60"),
                plan -> plan.number() > before);
        tell(client, 100, request -> request);

        chapter("Somebody adds rules/fallback.yaml: who is refused gets an answer all the same");
        long limited = prices.governor().plan().number();
        apply(
                prices,
                "fallback.yaml",
                text -> text,
                plan -> plan.number() > limited && plan.problems().isEmpty());
        tell(client, 100, request -> request);

        chapter("Somebody deletes them and adds rules/throttling.yaml: one every 20 ms");
        rules.replaceAll(List.of());
        prices.governor().plans().filter(plan -> !isProtected(plan)).blockFirst(PATIENCE);
        apply(prices, "throttling.yaml", text -> text, VertxExample::isProtected);
        long start = System.nanoTime();
        tell(client, 100, request -> request);
        note("it took " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");

        chapter("Somebody deletes everything: free again");
        rules.replaceAll(List.of());
        prices.governor().plans().filter(plan -> !isProtected(plan)).blockFirst(PATIENCE);
        tell(client, 100, request -> request);
    }

    private void routePrices(OpenSergoVertx shop, WebClient client) throws IOException {
        chapter("Somebody adds rules/canary.yaml for the shop: testers go to v2");
        apply(shop, "canary.yaml", text -> text, plan -> plan.routers().contains("prices"));
        note("of testers:");
        tell(client, 100, request -> request.putHeader("x-cohort", "beta"));
        note("of everybody else:");
        tell(client, 100, request -> request);

        chapter("Somebody replaces it by rules/weights.yaml: 10 of 100 go to v2");
        long before = shop.governor().plan().number();
        apply(shop, "weights.yaml", text -> text, plan -> plan.number() > before);
        tell(client, 1000, request -> request);
    }

    private static boolean isProtected(Plan plan) {
        return plan.resources().contains("GET:/prices/:id") && plan.problems().isEmpty();
    }

    /** Makes some requests, all at once, and counts the answers. */
    private static void tell(
            WebClient client, int requests, UnaryOperator<HttpRequest<Buffer>> change) {
        List<Future<HttpResponse<Buffer>>> replies = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            replies.add(change.apply(client.get("prices", "/prices/" + i)).send());
        }
        await(Future.all(replies));
        count(replies, VertxExample::describe)
                .forEach((reply, number) -> note(number + " × " + reply));
    }

    private static Map<String, Integer> count(
            List<Future<HttpResponse<Buffer>>> replies,
            Function<HttpResponse<Buffer>, String> describe) {
        Map<String, Integer> counts = new TreeMap<>();
        replies.forEach(reply -> counts.merge(describe.apply(reply.result()), 1, Integer::sum));
        return counts;
    }

    private static String describe(HttpResponse<Buffer> response) {
        String retryAfter = response.getHeader("Retry-After");
        String body = response.bodyAsString();
        return response.statusCode()
                + (body == null ? "" : " " + body)
                + (retryAfter == null ? "" : ", Retry-After: " + retryAfter);
    }

    /** Gives the control plane the rules of a file, edited, and waits until they decide. */
    private void apply(
            OpenSergoVertx openSergo,
            String file,
            UnaryOperator<String> edit,
            Predicate<Plan> isInForce)
            throws IOException {
        String text = edit.apply(Files.readString(RULES.resolve(file)));
        List<? extends Rule> read = RuleReader.strict().read(text, file).orThrow();
        rules.put(read);
        openSergo.governor().plans().filter(isInForce).blockFirst(PATIENCE);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private void chapter(String title) {
        chapters++;
        System.out.printf("%n%d. %s%n", chapters, title);
    }

    private static void note(String text) {
        System.out.println("   " + text);
    }
}
