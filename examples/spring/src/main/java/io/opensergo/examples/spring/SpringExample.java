package io.opensergo.examples.spring;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Plan;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Mono;

/**
 * The services {@code prices} and {@code shop}, which calls it, and a gateway before them, in one
 * process and over sockets. Somebody edits their rules meanwhile.
 */
public final class SpringExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LIMITED = "GET:/prices/{id}";
    private static final String BROKEN_OFF = "GET:prices/prices/{id}";

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final HttpClient http = HttpClient.newHttpClient();
    private int chapters;

    private SpringExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        silenceFrameworks();
        new SpringExample().run();
    }

    /** Keeps the log lines of Spring Boot and Tomcat out of the output. */
    private static void silenceFrameworks() {
        System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
        LogManager.getLogManager().reset();
    }

    private void run() throws IOException {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start();
                ConfigurableApplicationContext prices =
                        start(Prices.class, "prices", controlPlane.port(), "--version=v1");
                ConfigurableApplicationContext beta =
                        start(Prices.class, "prices", controlPlane.port(), "--version=v2");
                ConfigurableApplicationContext shop =
                        start(
                                Shop.class,
                                "shop",
                                controlPlane.port(),
                                instance("prices", 0, prices),
                                instance("prices", 1, beta),
                                instanceLabel("prices", 1, "lane", "beta"));
                ConfigurableApplicationContext gateway =
                        start(
                                Gateway.class,
                                "gateway",
                                controlPlane.port(),
                                Stream.concat(
                                                Stream.of(Gateway.ROUTES),
                                                Stream.of(instance("shop", 0, shop)))
                                        .toArray(String[]::new))) {
            limit(prices);
            breakOff(prices, shop);
            colour(gateway);
            limitRoute(gateway);
        }
        System.out.println();
    }

    /** Starts as an application does, with one setting. */
    private static ConfigurableApplicationContext start(
            Class<?> service, String name, int controlPlanePort, String... more) {
        var application = new SpringApplication(service);
        application.setLogStartupInfo(false);
        application.setDefaultProperties(
                Map.of(
                        "spring.main.banner-mode",
                        "off",
                        "spring.application.name",
                        name,
                        "server.port",
                        "0",
                        "opensergo.endpoints",
                        "localhost:" + controlPlanePort));
        ConfigurableApplicationContext started = application.run(more);
        governor(started).ready().block(PATIENCE);
        return started;
    }

    /** What a registry would tell the load balancer. */
    private static String instance(
            String service, int index, ConfigurableApplicationContext started) {
        return instanceSetting(service, index) + "uri=" + url(started, "");
    }

    private static String instanceLabel(String service, int index, String key, String value) {
        return instanceSetting(service, index) + "metadata." + key + "=" + value;
    }

    private static String instanceSetting(String service, int index) {
        return "--spring.cloud.discovery.client.simple.instances." + service + "[" + index + "].";
    }

    private static Governor governor(ConfigurableApplicationContext service) {
        return service.getBean(Governor.class);
    }

    private static String url(ConfigurableApplicationContext service, String path) {
        String port = service.getEnvironment().getProperty("local.server.port");
        return "http://localhost:" + port + path;
    }

    private void limit(ConfigurableApplicationContext prices) throws IOException {
        String url = url(prices, "/prices/1");
        chapter("No rule: 100 requests pass");
        tell(url, 100);

        chapter("Somebody adds rules/limit.yaml: 10 a second");
        apply(prices, "limit.yaml", text -> text, plan -> plan.resources().contains(LIMITED));
        tell(url, 100);

        chapter("Somebody edits it to 60: what has passed in this second still counts");
        long before = governor(prices).plan().number();
        apply(
                prices,
                "limit.yaml",
                text -> text.replace("threshold: 10", "threshold: 60"),
                plan -> plan.number() > before);
        tell(url, 100);

        chapter("Somebody deletes it: free again");
        rules.replaceAll(List.of());
        await(prices, plan -> plan.resources().isEmpty());
        tell(url, 100);
    }

    private void breakOff(
            ConfigurableApplicationContext prices, ConfigurableApplicationContext shop)
            throws IOException {
        String url = url(shop, "/shop/1");
        chapter("Somebody adds rules/breaker.yaml for the shop, and prices fails");
        apply(shop, "breaker.yaml", text -> text, plan -> plan.resources().contains(BROKEN_OFF));
        prices.getBean(Prices.class).setBroken(true);
        tellOneByOne(url, 20);

        chapter("Prices recovers; a second later the shop tries one call, which succeeds");
        prices.getBean(Prices.class).setBroken(false);
        Mono.delay(Duration.ofSeconds(1)).block();
        tell(url, 1);
        tell(url, 100);
    }

    private void colour(ConfigurableApplicationContext gateway) throws IOException {
        String url = url(gateway, "/api/shop/1");
        chapter("Through the gateway and the shop, requests reach the prices that are in no lane");
        rules.replaceAll(List.of());
        tell(url, 100);

        chapter("Somebody adds rules/lane.yaml: what testers ask the gateway for reaches v2");
        long before = governor(gateway).plan().number();
        apply(gateway, "lane.yaml", text -> text, plan -> plan.number() > before);
        note("testers:");
        Map<String, Long> answers = print(all(100, () -> send(url, "x-cohort", "beta")));
        note("everybody else:");
        tell(url, 100);
        if (!answers.keySet().equals(Set.of("200 only 42.00 by v2"))) {
            throw new IllegalStateException("testers have left their lane: " + answers);
        }
    }

    private void limitRoute(ConfigurableApplicationContext gateway) throws IOException {
        chapter("Somebody adds rules/gateway.yaml: 20 a second come through the gateway");
        apply(gateway, "gateway.yaml", text -> text, plan -> plan.resources().contains("shop"));
        tell(url(gateway, "/api/shop/1"), 100);
    }

    /** Gives the control plane the rules of a file, edited, and waits until they decide. */
    private void apply(
            ConfigurableApplicationContext service,
            String file,
            UnaryOperator<String> edit,
            Predicate<Plan> isInForce)
            throws IOException {
        String text = edit.apply(Files.readString(RULES.resolve(file)));
        List<? extends Rule> read = RuleReader.strict().read(text, file).orThrow();
        rules.put(read);
        await(service, plan -> isInForce.test(plan) && plan.problems().isEmpty());
    }

    private static void await(ConfigurableApplicationContext service, Predicate<Plan> isInForce) {
        governor(service).plans().filter(isInForce).blockFirst(PATIENCE);
    }

    /** Makes some requests, all at once, and counts the answers. */
    private void tell(String url, int requests) {
        print(all(requests, () -> send(url)));
    }

    private static Stream<HttpResponse<String>> all(
            int requests, Supplier<CompletableFuture<HttpResponse<String>>> request) {
        return IntStream.range(0, requests).mapToObj(i -> request.get()).toList().stream()
                .map(CompletableFuture::join);
    }

    /** Makes some requests, one after the other, and counts the answers. */
    private void tellOneByOne(String url, int requests) {
        print(IntStream.range(0, requests).mapToObj(i -> send(url).join()));
    }

    private CompletableFuture<HttpResponse<String>> send(String url, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private static Map<String, Long> print(Stream<HttpResponse<String>> replies) {
        Map<String, Long> counts =
                replies.map(SpringExample::describe)
                        .collect(
                                Collectors.groupingBy(
                                        reply -> reply, TreeMap::new, Collectors.counting()));
        counts.forEach((reply, number) -> note(number + " × " + reply));
        return counts;
    }

    private static String describe(HttpResponse<String> response) {
        String retryAfter =
                response.headers()
                        .firstValue("Retry-After")
                        .map(seconds -> ", Retry-After: " + seconds)
                        .orElse("");
        return response.statusCode() + " " + response.body() + retryAfter;
    }

    private void chapter(String title) {
        chapters++;
        System.out.printf("%n%d. %s%n", chapters, title);
    }

    private static void note(String text) {
        System.out.println("   " + text);
    }
}
