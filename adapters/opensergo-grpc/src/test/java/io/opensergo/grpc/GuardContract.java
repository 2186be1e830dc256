package io.opensergo.grpc;

import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.opensergo.governance.ResourceStats;
import io.opensergo.testsupport.Documents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for calls alike, be they guarded by a channel or by a server. */
abstract class GuardContract {

    final World world = new World();
    final Prices prices = new Prices("prices");
    final Channel channel;

    GuardContract(BiFunction<World, ServerServiceDefinition, Channel> connect) {
        channel = connect.apply(world, prices.definition());
    }

    /** Returns what is counted on the side that guards. */
    abstract ResourceStats stats(String resource);

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void withoutRulesCallsGoThrough() {
        assertThat(get(channel, "")).isEqualTo("prices");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.Prices/Get", "shop.Prices"})
    void aMethodIsGuardedByItsNameAndByThatOfItsService(String resource) {
        limit(resource, 1);

        assertThat(get(channel, "")).isEqualTo("prices");
        StatusRuntimeException refused = failure(channel, "");

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(prices.handled).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({
        "throw, 1, 1",
        "fail UNAVAILABLE, 1, 1",
        "fail NOT_FOUND, 0, 1",
        "ok, 0, 1",
        "fail CANCELLED, 0, 0",
        "fail RESOURCE_EXHAUSTED, 0, 0",
        "fail DATA_LOSS, 1, 1"
    })
    void aBreakerLearnsFromTheStatus(String request, long failures, long calls) {
        world.breaker("shop.Prices/Get", 100);

        try {
            get(channel, request);
        } catch (StatusRuntimeException e) {
            assertThat(request).isNotEqualTo("ok");
        }

        assertThat(World.failures(stats("shop.Prices/Get"))).isEqualTo(failures);
        assertThat(World.calls(stats("shop.Prices/Get"))).isEqualTo(calls);
    }

    @Test
    void anOpenBreakerIsUnavailable() {
        world.breaker("shop.Prices/Get", 1);
        failure(channel, "fail INTERNAL");

        assertThat(failure(channel, "").getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(prices.handled).hasValue(1);
    }

    @Test
    void aThousandCallsAtOncePassOrAreRefusedAndNoneIsLeft() throws Exception {
        world.rules(
                Documents.concurrency("some", 10),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "some"));
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            calls.add(
                    ClientCalls.futureUnaryCall(
                            channel.newCall(Prices.GET, World.withDeadline()), "ok"));
        }

        int passed = 0;
        for (Future<String> call : calls) {
            passed += Replies.code(call) == Status.Code.OK ? 1 : 0;
        }

        world.awaitIdle("shop.Prices");
        assertThat(stats("shop.Prices").passed()).isEqualTo(passed).isPositive();
        assertThat(stats("shop.Prices").rejected()).isEqualTo(1000 - passed);
        assertThat(prices.handled).hasValue(passed);
    }

    void limit(String resource, int calls) {
        world.rules(
                Documents.rateLimit("limit", calls, 600),
                Documents.rule(resource, "RateLimitStrategy", "limit"));
    }
}
