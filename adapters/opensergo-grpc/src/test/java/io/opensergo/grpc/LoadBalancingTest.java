package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.testsupport.Documents;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which of three servers a call goes to, as the VirtualWorkload of their service says. */
class LoadBalancingTest {

    private final Registry registry = new Registry();
    private final World world = new World(registry);
    private final Map<String, Prices> services = new LinkedHashMap<>();
    private final Map<String, ServiceInstance> servers = new LinkedHashMap<>();
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        for (String name : List.of("a", "b", "c")) {
            var prices = new Prices(name);
            services.put(name, prices);
            servers.put(
                    name,
                    ServiceInstance.of(
                            "127.0.0.1",
                            world.freeServer(prices.definition()),
                            Map.of("version", "v1")));
        }
        listed("a", "b", "c");
        channel = world.routedChannel("prices");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void atRandom() {
        world.rules(Documents.spread("prices", "random"));
        awaitAll();

        List<String> answers = ask(120);

        assertThat(new HashSet<>(answers)).hasSize(3);
        assertThat(answers.subList(0, 100)).isNotEqualTo(answers.subList(3, 103));
    }

    @Test
    void inTurn() {
        world.rules(Documents.spread("prices", "round_robin"));
        awaitAll();

        List<String> answers = ask(9);

        assertThat(new HashSet<>(answers)).hasSize(3);
        assertThat(answers.subList(0, 6)).isEqualTo(answers.subList(3, 9));
    }

    @Test
    void thePolicyOfTheApplicationHoldsWhereNoRuleNamesOne() {
        List<?> pickFirst = List.of(Map.of("pick_first", Map.of()));
        Map<String, ?> config =
                Map.of(
                        "loadBalancingConfig",
                        List.of(Map.of("opensergo", Map.of("childPolicy", pickFirst))));
        ManagedChannel first =
                world.open(
                        world.openSergo
                                .govern(
                                        ManagedChannelBuilder.forTarget(
                                                world.openSergo.target("prices")))
                                .defaultServiceConfig(config));
        assertThat(used(first, 12)).hasSize(1);

        world.rules(Documents.spread("prices", "roundRobin"));
        await().atMost(PATIENCE).until(() -> used(first, 12).size() == 3);

        world.rules();
        assertThat(used(first, 12)).hasSize(1);
    }

    @Test
    void anotherPolicyHoldsForTheNextCall() {
        world.rules(Documents.spread("prices", "round_robin"));
        awaitAll();

        world.rules(Documents.spread("prices", "hash:x-user"));

        assertThat(used(as("somebody"), 12)).hasSize(1);
    }

    @Test
    void aPolicyThatNobodyKnowsIsReportedAtTheRuleAndDoesNotMatter() {
        world.governor.replaceRules(World.read(Documents.spread("prices", "fastest")));

        assertThat(world.governor.plan().problems())
                .singleElement()
                .asString()
                .contains("VirtualWorkload 'spread-prices'")
                .contains("loadBalancePolicy 'fastest'");
        awaitAll();
    }

    @Test
    void aPolicyHoldsWithinTheSubsetOfARoute() {
        ServiceInstance other =
                new ServiceInstance(servers.get("c").address(), Map.of("version", "v2"));
        registry.set("prices", servers.get("a"), servers.get("b"), other);
        world.rules(
                Documents.spread("prices", "hash:x-user"),
                Documents.router(
                        "prices",
                        """
                        hosts: [prices]
                        http: [{route: [{destination: {host: prices, subset: v1}}]}]
                        """));

        assertThat(homes(20).values()).containsOnly("a", "b");
        assertThat(used(as("somebody"), 12)).hasSize(1);
    }

    @Test
    void addressesWithoutLabelsHaveThePolicyOfTheirHost() {
        world.rules(Documents.spread("localhost", "random"));
        Channel byAddress = world.governedChannel(port("a"));

        assertThat(used(byAddress, 6)).containsExactly("a");
    }

    @Test
    void callsAreNotLostWhilePoliciesAndInstancesChange() throws Exception {
        List<String> policies = List.of("random", "leastRequests", "hash:x-user", "roundRobin");
        List<ListenableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            if (i % 40 == 0) {
                world.rules(Documents.spread("prices", policies.get(i / 40 % 4)));
            }
            if (i % 50 == 0) {
                listed(i % 100 == 0 ? new String[] {"a", "b"} : new String[] {"b", "c"});
            }
            calls.add(
                    ClientCalls.futureUnaryCall(
                            as("user-" + i)
                                    .newCall(Prices.GET, World.withDeadline().withWaitForReady()),
                            ""));
        }

        for (ListenableFuture<String> call : calls) {
            assertThat(Replies.code(call)).isEqualTo(Status.Code.OK);
        }
    }

    /** The value of a header has a home. */
    @Nested
    class ByHash {

        @BeforeEach
        void rule() {
            world.rules(Documents.spread("prices", "hash:X-User"));
        }

        @Test
        void callsOfAValueGoToOneInstanceAndValuesToAll() {
            Map<String, String> homes = homes(60);

            assertThat(homes.values()).contains("a", "b", "c");
            assertThat(homes(60)).isEqualTo(homes);
        }

        @Test
        void soDoStreams() throws Exception {
            String home = get(as("somebody"), "");
            int before = services.get(home).handled.get();

            for (int i = 0; i < 5; i++) {
                var replies = new Replies();
                StreamObserver<String> chat = chat(as("somebody"), replies);
                chat.onNext("hello");
                chat.onCompleted();
                assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
            }

            assertThat(services.get(home).handled.get()).isEqualTo(before + 5);
        }

        @Test
        void callsWithoutTheHeaderGoToEachInTurn() {
            awaitAll();

            assertThat(new HashSet<>(ask(3))).hasSize(3);
        }

        @Test
        void onlyTheValuesOfAnInstanceThatIsNoLongerListedMove() {
            Map<String, String> before = homes(40);

            listed("a", "c");
            await().atMost(PATIENCE).until(() -> !homes(40).containsValue("b"));

            assertThatOthersStay(before, "b");
        }

        @Test
        void onlyTheValuesOfAServerThatCannotBeReachedMoveAndComeBackWithIt() throws Exception {
            Map<String, String> before = homes(40);
            int port = port("b");

            world.stop(port);
            await().atMost(PATIENCE).ignoreExceptions().until(() -> !homes(40).isEmpty());
            assertThatOthersStay(before, "b");

            startAgain("b", port);
            await().atMost(PATIENCE).ignoreExceptions().until(() -> homes(40).equals(before));
        }

        private void assertThatOthersStay(Map<String, String> before, String gone) {
            Map<String, String> after = homes(before.size());
            before.forEach(
                    (user, home) -> {
                        if (!home.equals(gone)) {
                            assertThat(after).as(user).containsEntry(user, home);
                        }
                    });
            assertThat(after.values()).doesNotContain(gone);
        }
    }

    /** Of two instances that are compared, the less busy one gets the call. */
    @Nested
    class ByRequests {

        @BeforeEach
        void rule() {
            world.rules(Documents.spread("prices", "leastRequests"));
            listed("a");
        }

        @Test
        void callsPassAnInstanceByThatHasMoreUnderWayUntilTheyEnd() throws Exception {
            holdUnary(3);

            assertThatCallsPassA();
            for (int i = 0; i < 3; i++) {
                StreamObserver<String> held = services.get("a").nextHeld();
                held.onNext("late");
                held.onCompleted();
            }
            assertThatAIsAsGoodAsOthers();
        }

        @Test
        void aStreamIsUnderWayUntilItsStatus() throws Exception {
            var replies = new Replies();
            StreamObserver<String> chat = chat(channel, replies);
            chat.onNext("hello");
            replies.awaitMessages(1);

            assertThatCallsPassA();
            chat.onCompleted();
            assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
            assertThatAIsAsGoodAsOthers();
        }

        @Test
        void callsAndStreamsThatAreCancelledAreUnderWayNoMore() throws Exception {
            List<ListenableFuture<String>> calls = holdUnary(2);
            var replies = new Replies();
            StreamObserver<String> chat = chat(channel, replies);
            chat.onNext("hello");
            replies.awaitMessages(1);
            assertThatCallsPassA();

            calls.forEach(call -> call.cancel(true));
            ((ClientCallStreamObserver<String>) chat).cancel("by the test", null);

            assertThatAIsAsGoodAsOthers();
        }

        @Test
        void anEndThatIsToldTwiceEndsOneCall() throws Exception {
            List<ListenableFuture<String>> calls = holdUnary(2);
            StreamObserver<String> first = services.get("a").nextHeld();
            StreamObserver<String> second = services.get("a").nextHeld();

            calls.get(0).cancel(true);
            await().atMost(PATIENCE).until(() -> isCancelled(first) || isCancelled(second));
            (isCancelled(first) ? first : second).onError(Status.INTERNAL.asException());

            assertThatCallsPassA();
            calls.get(1).cancel(true);
            assertThatAIsAsGoodAsOthers();
        }

        @Test
        void callsOfAServerThatGoesEndWithIt() throws Exception {
            int port = port("a");
            List<ListenableFuture<String>> calls = holdUnary(3);

            world.stop(port);
            for (ListenableFuture<String> call : calls) {
                assertThat(Replies.code(call)).isNotEqualTo(Status.Code.OK);
            }
            startAgain("a", port);

            assertThatAIsAsGoodAsOthers();
        }

        private boolean isCancelled(StreamObserver<String> held) {
            return ((ServerCallStreamObserver<String>) held).isCancelled();
        }

        private List<ListenableFuture<String>> holdUnary(int number) {
            List<ListenableFuture<String>> calls = new ArrayList<>();
            int before = services.get("a").handled.get();
            for (int i = 0; i < number; i++) {
                calls.add(
                        ClientCalls.futureUnaryCall(
                                channel.newCall(Prices.GET, World.withDeadline()), "hold"));
            }
            await().atMost(PATIENCE)
                    .until(() -> services.get("a").handled.get() == before + number);
            return calls;
        }

        private void assertThatCallsPassA() {
            listed("a", "b");
            await().atMost(PATIENCE).until(() -> get(channel, "").equals("b"));

            assertThat(ask(30)).containsOnly("b");
        }

        private void assertThatAIsAsGoodAsOthers() {
            listed("a", "b");
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> used(channel, 30).equals(Set.of("a", "b")));
        }
    }

    private void listed(String... names) {
        registry.set(
                "prices",
                List.of(names).stream().map(servers::get).toArray(ServiceInstance[]::new));
    }

    private void startAgain(String name, int port) {
        world.start(ServerBuilder.forPort(port).addService(services.get(name).definition()));
    }

    private int port(String name) {
        return ((InetSocketAddress) servers.get(name).address()).getPort();
    }

    private Channel as(String user) {
        var headers = new Metadata();
        headers.put(Headers.key("x-user"), user);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Returns the server of each user. */
    private Map<String, String> homes(int users) {
        Map<String, String> homes = new HashMap<>();
        for (int i = 0; i < users; i++) {
            homes.put("user-" + i, get(as("user-" + i), ""));
        }
        return homes;
    }

    private static StreamObserver<String> chat(Channel channel, Replies replies) {
        return ClientCalls.asyncBidiStreamingCall(
                channel.newCall(Prices.CHAT, World.withDeadline()), replies);
    }

    private List<String> ask(int times) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            answers.add(get(channel, ""));
        }
        return answers;
    }

    private static Set<String> used(Channel channel, int calls) {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < calls; i++) {
            used.add(get(channel, ""));
        }
        return used;
    }

    /** Calls until all servers are connected to. */
    private void awaitAll() {
        await().atMost(PATIENCE).until(() -> used(channel, 30).size() == 3);
    }
}
