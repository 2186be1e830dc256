package io.opensergo.examples.vertx;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.Plan;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.RequestRejectedException;
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
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
            var instances =
                    List.of(
                            instance(prices, Map.of("version", "v1")),
                            instance(prices, Map.of("version", "v2", "lane", "beta")));
            WebClient client =
                    WebClient.wrap(
                            shop.client(
                                    vertx.createHttpClient(),
                                    InstanceResolver.of(Map.of("prices", instances))));

            limitPrices(prices, client);
            routePrices(shop, client);
            breakOff(shop, client);
            colour(shop, client);

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
    private ServiceInstance instance(OpenSergoVertx openSergo, Map<String, String> labels) {
        Router router = Router.router(vertx);
        router.get("/prices/broken").handler(context -> context.fail(500));
        router.get("/prices/:id")
                .handler(context -> context.end("42.00 from " + labels.get("version")));
        openSergo.govern(router);
        return ServiceInstance.of("localhost", serve(router), labels);
    }

    /** Returns the port. */
    private int serve(Router router) {
        HttpServer server =
                await(vertx.createHttpServer().requestHandler(router).listen(0, "localhost"));
        return server.actualPort();
    }

    private void limitPrices(OpenSergoVertx prices, WebClient client) throws IOException {
        chapter("No rule: 100 requests reach the instance that is in no lane");
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

    private void breakOff(OpenSergoVertx shop, WebClient client) throws IOException {
        chapter("Somebody adds rules/breaker.yaml for the shop, and prices fail");
        rules.replaceAll(List.of());
        apply(
                shop,
                "breaker.yaml",
                text -> text,
                plan -> plan.resources().contains("GET:prices") && plan.problems().isEmpty());
        tell(client, "broken", 20);
        note("after that:");
        tell(client, 100, request -> request);

        chapter("A second later it tries one, which succeeds: free again");
        await(vertx.timer(1, TimeUnit.SECONDS));
        tell(client, "1", 1);
        tell(client, 100, request -> request);
    }

    /**
     * The shop serves {@code GET /shop/:id} and asks prices for it; the rules colour its callers.
     */
    private void colour(OpenSergoVertx shop, WebClient prices) throws IOException {
        chapter("Somebody adds rules/lane.yaml: what testers ask of the shop reaches v2 of prices");
        rules.replaceAll(List.of());
        long before = shop.governor().plan().number();
        apply(shop, "lane.yaml", text -> text, plan -> plan.number() > before);
        Router router = Router.router(vertx);
        router.get("/shop/:id")
                .handler(
                        context ->
                                prices.get("prices", "/prices/" + context.pathParam("id"))
                                        .send()
                                        .map(reply -> "shop: " + reply.bodyAsString())
                                        .onSuccess(context::end)
                                        .onFailure(context::fail));
        shop.govern(router);
        int port = serve(router);
        WebClient callers = WebClient.create(vertx);
        note("of testers:");
        tell(i -> callers.get(port, "localhost", "/shop/" + i).putHeader("x-cohort", "beta"), 100);
        note("of everybody else:");
        tell(i -> callers.get(port, "localhost", "/shop/" + i), 100);
        callers.close();
    }

    private static boolean isProtected(Plan plan) {
        return plan.resources().contains("GET:/prices/:id") && plan.problems().isEmpty();
    }

    private static void tell(
            WebClient client, int requests, UnaryOperator<HttpRequest<Buffer>> change) {
        tell(i -> change.apply(client.get("prices", "/prices/" + i)), requests);
    }

    /** Makes some requests, all at once, and counts the answers. */
    private static void tell(IntFunction<HttpRequest<Buffer>> request, int requests) {
        List<Future<String>> replies = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            replies.add(reply(request.apply(i)));
        }
        await(Future.all(replies));
        print(replies.stream().map(Future::result));
    }

    /** Makes some requests, one after the other, and counts the answers. */
    private static void tell(WebClient client, String id, int requests) {
        print(
                IntStream.range(0, requests)
                        .mapToObj(i -> await(reply(client.get("prices", "/prices/" + id)))));
    }

    private static Future<String> reply(HttpRequest<Buffer> request) {
        return request.send()
                .map(VertxExample::describe)
                .recover(
                        error ->
                                error instanceof RequestRejectedException refused
                                        ? Future.succeededFuture(describe(refused.rejection()))
                                        : Future.failedFuture(error));
    }

    private static void print(Stream<String> replies) {
        replies.collect(Collectors.groupingBy(reply -> reply, TreeMap::new, Collectors.counting()))
                .forEach((reply, number) -> note(number + " × " + reply));
    }

    private static String describe(HttpResponse<Buffer> response) {
        String retryAfter = response.getHeader("Retry-After");
        String body = response.bodyAsString();
        return response.statusCode()
                + (body == null ? "" : " " + body)
                + (retryAfter == null ? "" : ", Retry-After: " + retryAfter);
    }

    private static String describe(Rejection rejection) {
        return "not sent, because of the rule " + rejection.rule() + ": " + rejection.limit();
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
