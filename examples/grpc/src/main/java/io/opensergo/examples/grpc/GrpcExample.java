package io.opensergo.examples.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.ServerCalls.UnaryMethod;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.Plan;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.grpc.InstanceResolver;
import io.opensergo.grpc.OpenSergoGrpc;
import io.opensergo.grpc.ServiceInstance;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The service {@code prices} with two instances, v1 and v2, and the application {@code shop} that
 * calls it, all in one process and over sockets. Somebody edits their rules meanwhile.
 */
public final class GrpcExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final MethodDescriptor<String, String> GET = Texts.method("shop.Prices/Get");
    private static final MethodDescriptor<String, String> PLACE = Texts.method("shop.Orders/Place");

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final List<Server> servers = new ArrayList<>();
    private int chapters;

    private GrpcExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        new GrpcExample().run();
    }

    private void run() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start();
                OpenSergoGrpc prices =
                        start("prices", controlPlane, InstanceResolver.of(Map.of()))) {
            InstanceResolver instances =
                    InstanceResolver.of(
                            Map.of(
                                    "prices",
                                    List.of(
                                            instance(prices, Map.of("version", "v1")),
                                            instance(
                                                    prices,
                                                    Map.of("version", "v2", "lane", "beta")))));
            try (OpenSergoGrpc shop = start("shop", controlPlane, instances)) {
                ManagedChannel channel = open(shop, shop.target("prices"));
                limitPrices(prices, channel);
                routePrices(shop, channel);
                breakOff(shop, channel);
                colour(shop, channel);
                channel.shutdownNow();
            }
        }
        servers.forEach(Server::shutdownNow);
        System.out.println();
    }

    /** Starts as an application does; usually the environment says where the control plane is. */
    private static OpenSergoGrpc start(
            String app, ControlPlane controlPlane, InstanceResolver instances) {
        OpenSergoGrpc openSergo =
                OpenSergoGrpc.builder(app)
                        .client(client -> client.endpoints("localhost:" + controlPlane.port()))
                        .instances(instances)
                        .build();
        openSergo.governor().ready().block(PATIENCE);
        return openSergo;
    }

    /** Serves the method {@code shop.Prices/Get}, governed by one line. */
    private ServiceInstance instance(OpenSergoGrpc openSergo, Map<String, String> labels)
            throws IOException {
        String version = labels.get("version");
        int port =
                serve(
                        openSergo,
                        GET,
                        (request, reply) -> {
                            if (request.equals("broken")) {
                                reply.onError(Status.INTERNAL.asRuntimeException());
                            } else {
                                reply.onNext("42.00 from " + version);
                                reply.onCompleted();
                            }
                        });
        return ServiceInstance.of("127.0.0.1", port, labels);
    }

    private int serve(
            OpenSergoGrpc openSergo,
            MethodDescriptor<String, String> method,
            UnaryMethod<String, String> handler)
            throws IOException {
        String service = MethodDescriptor.extractFullServiceName(method.getFullMethodName());
        Server server =
                openSergo
                        .govern(ServerBuilder.forPort(0))
                        .addService(
                                ServerServiceDefinition.builder(String.valueOf(service))
                                        .addMethod(method, ServerCalls.asyncUnaryCall(handler))
                                        .build())
                        .build()
                        .start();
        servers.add(server);
        return server.getPort();
    }

    private static ManagedChannel open(OpenSergoGrpc openSergo, String target) {
        return openSergo.govern(ManagedChannelBuilder.forTarget(target)).usePlaintext().build();
    }

    private void limitPrices(OpenSergoGrpc prices, Channel channel) throws Exception {
        chapter("No rule: 100 calls reach the instance that is in no lane");
        tell(channel, 100);

        chapter("Somebody adds rules/limit.yaml: 20 a second");
        apply(prices, "limit.yaml", text -> text, GrpcExample::isProtected);
        tell(channel, 100);

        chapter("Somebody edits it to 60: what has passed in this second still counts");
        long before = prices.governor().plan().number();
        apply(
                prices,
                "limit.yaml",
                text -> text.replace("threshold: 20", "threshold: 60"),
                plan -> plan.number() > before);
        tell(channel, 100);

        chapter("Somebody adds rules/fallback.yaml: who is refused hears why");
        long limited = prices.governor().plan().number();
        apply(
                prices,
                "fallback.yaml",
                text -> text,
                plan -> plan.number() > limited && plan.problems().isEmpty());
        tell(channel, 100);

        chapter("Somebody deletes them and adds rules/throttling.yaml: one every 20 ms");
        forget(prices);
        apply(prices, "throttling.yaml", text -> text, GrpcExample::isProtected);
        long start = System.nanoTime();
        tell(channel, 100);
        note("it took " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");

        chapter("A call that would wait for longer than its deadline is refused at once");
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(
                    ClientCalls.futureUnaryCall(
                            channel.newCall(
                                    GET,
                                    CallOptions.DEFAULT.withDeadlineAfter(
                                            500, TimeUnit.MILLISECONDS)),
                            "1"));
        }
        print(calls);

        chapter("Somebody deletes everything: free again");
        forget(prices);
        tell(channel, 100);
    }

    private void forget(OpenSergoGrpc prices) {
        rules.replaceAll(List.of());
        prices.governor().plans().filter(plan -> !isProtected(plan)).blockFirst(PATIENCE);
    }

    private void routePrices(OpenSergoGrpc shop, Channel channel) throws Exception {
        chapter("Somebody adds rules/canary.yaml for the shop: testers go to v2");
        apply(shop, "canary.yaml", text -> text, plan -> plan.routers().contains("prices"));
        note("of testers:");
        tell(ofTesters(channel), 100);
        note("of everybody else:");
        tell(channel, 100);

        chapter("Somebody replaces it by rules/weights.yaml: 10 of 100 go to v2");
        long before = shop.governor().plan().number();
        apply(shop, "weights.yaml", text -> text, plan -> plan.number() > before);
        tell(channel, 1000);
    }

    private void breakOff(OpenSergoGrpc shop, Channel channel) throws Exception {
        chapter("Somebody adds rules/breaker.yaml for the shop, and prices fail");
        rules.replaceAll(List.of());
        apply(
                shop,
                "breaker.yaml",
                text -> text,
                plan -> plan.resources().contains("shop.Prices") && plan.problems().isEmpty());
        tellInTurn(channel, "broken", 20);
        note("after that:");
        tell(channel, 100);

        chapter("A second later it tries one, which succeeds: free again");
        TimeUnit.SECONDS.sleep(1);
        tellInTurn(channel, "1", 1);
        tell(channel, 100);
    }

    /**
     * The shop serves {@code shop.Orders/Place} and asks prices for it; the rules colour its
     * callers.
     */
    private void colour(OpenSergoGrpc shop, Channel prices) throws Exception {
        chapter("Somebody adds rules/lane.yaml: what testers ask of the shop reaches v2 of prices");
        rules.replaceAll(List.of());
        long before = shop.governor().plan().number();
        apply(shop, "lane.yaml", text -> text, plan -> plan.number() > before);
        int port =
                serve(
                        shop,
                        PLACE,
                        (request, reply) ->
                                ClientCalls.asyncUnaryCall(
                                        prices.newCall(GET, CallOptions.DEFAULT), request, reply));
        ManagedChannel callers =
                ManagedChannelBuilder.forAddress("localhost", port).usePlaintext().build();
        note("of testers:");
        tell(ofTesters(callers), PLACE, 100);
        note("of everybody else:");
        tell(callers, PLACE, 100);
        callers.shutdownNow();
    }

    private static Channel ofTesters(Channel channel) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("x-cohort", Metadata.ASCII_STRING_MARSHALLER), "beta");
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static boolean isProtected(Plan plan) {
        return plan.resources().contains("shop.Prices/Get") && plan.problems().isEmpty();
    }

    private static void tell(Channel channel, int calls) throws Exception {
        tell(channel, GET, calls);
    }

    /** Makes some calls, all at once, and counts the answers. */
    private static void tell(Channel channel, MethodDescriptor<String, String> method, int number)
            throws Exception {
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            calls.add(
                    ClientCalls.futureUnaryCall(
                            channel.newCall(method, CallOptions.DEFAULT), Integer.toString(i)));
        }
        print(calls);
    }

    /** Makes some calls, one after the other, and counts the answers. */
    private static void tellInTurn(Channel channel, String request, int number) throws Exception {
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Future<String> call =
                    ClientCalls.futureUnaryCall(channel.newCall(GET, CallOptions.DEFAULT), request);
            reply(call);
            calls.add(call);
        }
        print(calls);
    }

    private static String reply(Future<String> call) throws InterruptedException, TimeoutException {
        try {
            return call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return describe(Status.fromThrowable(e));
        }
    }

    private static String describe(Status status) {
        if (status.getCause() instanceof RequestRejectedException refused) {
            return "not made, because of the rule "
                    + refused.rejection().rule()
                    + ": "
                    + refused.rejection().limit();
        }
        String description = status.getDescription();
        return description == null || status.getCode() == Status.Code.DEADLINE_EXCEEDED
                ? status.getCode().toString()
                : status.getCode() + ": " + description;
    }

    private static void print(List<Future<String>> calls) throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        for (Future<String> call : calls) {
            counts.merge(reply(call), 1, Integer::sum);
        }
        counts.forEach((reply, number) -> note(number + " × " + reply));
    }

    /** Gives the control plane the rules of a file, edited, and waits until they decide. */
    private void apply(
            OpenSergoGrpc openSergo,
            String file,
            UnaryOperator<String> edit,
            Predicate<Plan> isInForce)
            throws IOException {
        String text = edit.apply(Files.readString(RULES.resolve(file)));
        List<? extends Rule> read = RuleReader.strict().read(text, file).orThrow();
        rules.put(read);
        openSergo.governor().plans().filter(isInForce).blockFirst(PATIENCE);
    }

    private void chapter(String title) {
        chapters++;
        System.out.printf("%n%d. %s%n", chapters, title);
    }

    private static void note(String text) {
        System.out.println("   " + text);
    }
}
