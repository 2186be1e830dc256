package io.opensergo.vertx;

import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static io.opensergo.vertx.World.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Which of the instances a request goes to, as the VirtualWorkload of their service says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadBalancingTest {

    private final World world = new World();
    private final ConcurrentLinkedQueue<Promise<Void>> held = new ConcurrentLinkedQueue<>();
    private final List<ServiceInstance> all = List.of(server(), server(), server(), server());
    private final List<ServiceInstance> known = new CopyOnWriteArrayList<>(all);
    private final HttpClientAgent client =
            world.openSergo.client(
                    world.client(HttpVersion.HTTP_1_1),
                    service -> Future.succeededFuture(List.copyOf(known)));
    private int workloads;

    private ServiceInstance server() {
        int port =
                world.serve(
                        request -> {
                            String answer = String.valueOf(request.localAddress().port());
                            if (request.path().equals("/hold")) {
                                Promise<Void> promise = Promise.promise();
                                held.add(promise);
                                promise.future().onSuccess(now -> request.response().end(answer));
                            } else {
                                request.response().end(answer);
                            }
                        });
        return ServiceInstance.of("localhost", port, Map.of("version", "v1"));
    }

    @AfterAll
    void stop() {
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    private void policy(String name, String... routers) {
        known.clear();
        known.addAll(all);
        String workload = "workload-" + ++workloads;
        List<String> documents = new ArrayList<>(List.of(routers));
        documents.add(
                """
                apiVersion: traffic.opensergo.io/v1alpha1
                kind: VirtualWorkload
                metadata: {name: %s, labels: {app: shop}}
                spec:
                  host: prices
                  subsets: [{name: v1, labels: {version: v1}}]
                  trafficPolicy: {loadBalancePolicy: '%s'}
                """
                        .formatted(workload, name));
        long before = world.openSergo.governor().plan().number();
        world.follow(plan -> plan.number() > before, documents.toArray(String[]::new));
        await().atMost(World.PATIENCE)
                .until(
                        () ->
                                name.equals("fastest")
                                        || world.openSergo.governor().balancing("prices") != null);
    }

    private String ask() {
        return get(send(client, prices("/"), "")).body();
    }

    private String askAs(String user) {
        Reply reply = get(send(client, prices("/").putHeader("X-User", user), ""));
        return reply.body();
    }

    private List<String> ask(int times) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            answers.add(ask());
        }
        return answers;
    }

    @Test
    void atRandom() {
        policy("random");

        List<String> answers = ask(80);

        assertThat(new HashSet<>(answers)).hasSize(4);
        assertThat(answers.subList(0, 40)).isNotEqualTo(answers.subList(4, 44));
    }

    @Test
    void inTurn() {
        policy("round_robin");

        List<String> answers = ask(8);

        assertThat(new HashSet<>(answers)).hasSize(4);
        assertThat(answers.subList(0, 4)).isEqualTo(answers.subList(4, 8));
    }

    @Test
    void byTheHashOfAHeaderWhichStaysWhenAnotherInstanceGoes() {
        policy("hash:X-User");
        Map<String, String> before = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            String user = "user-" + i;
            before.put(user, askAs(user));
            assertThat(askAs(user)).isEqualTo(before.get(user));
        }
        Set<String> used = new HashSet<>(before.values());
        assertThat(used).hasSizeGreaterThan(2);

        ServiceInstance gone = known.remove(0);

        String port = String.valueOf(gone.address().port());
        before.forEach(
                (user, instance) -> {
                    if (!instance.equals(port)) {
                        assertThat(askAs(user)).as(user).isEqualTo(instance);
                    }
                });
        assertThat(new HashSet<>(ask(6))).as("without the header").hasSize(3);
    }

    @Test
    void toTheOneOfTwoThatHasFewerRequestsUnderWay() {
        policy("leastRequests");
        known.subList(1, 4).clear();
        List<Future<Reply>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(send(client, prices("/hold"), ""));
        }
        await().atMost(World.PATIENCE).until(() -> held.size() == 4);
        known.add(all.get(1));

        assertThat(new HashSet<>(ask(20)))
                .containsExactly(String.valueOf(all.get(1).address().port()));

        held.forEach(promise -> promise.complete());
        waiting.forEach(World::get);
        assertThat(new HashSet<>(ask(60))).hasSize(2);
    }

    @Test
    void aRouteLeadsToAServiceWithItsPolicy() {
        policy(
                "hash:x-user",
                Documents.router(
                        "prices",
                        "hosts: [prices]\nhttp: [{route: [{destination: {host: prices, subset:"
                                + " v1}}]}]"));

        assertThat(askAs("somebody")).isEqualTo(askAs("somebody")).isEqualTo(askAs("somebody"));
    }

    @Test
    void anUnknownPolicyIsAProblemAndRequestsGoToInstancesInTurn() {
        policy("fastest");

        assertThat(world.openSergo.governor().plan().problems())
                .singleElement()
                .asString()
                .contains(
                        "VirtualWorkload 'workload-"
                                + workloads
                                + "' has in trafficPolicy.loadBalancePolicy 'fastest'");
        assertThat(new HashSet<>(ask(4))).hasSize(4);
    }
}
