package io.opensergo.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.opensergo.testsupport.Documents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The colour of a call through a chain: caller, shop, prices. */
class ColoursTest {

    private static final String LANE =
            Documents.laneWithKey("beta", "{headers: {x-cohort: {exact: beta}}}", "x-lane");

    private final World world = new World();
    private final Prices prices = new Prices("prices");
    private Channel shop;
    private volatile Metadata seen;

    @BeforeEach
    void startTwoServices() {
        int port =
                world.governedServer(
                        ServerInterceptors.intercept(prices.definition(), new Capture()));
        Channel toPrices = world.governedChannel(port);
        ServerServiceDefinition forwards =
                ServerServiceDefinition.builder("shop.Orders")
                        .addMethod(
                                Prices.GET.toBuilder()
                                        .setFullMethodName("shop.Orders/Place")
                                        .build(),
                                ServerCalls.<String, String>asyncUnaryCall(
                                        (request, reply) ->
                                                ClientCalls.asyncUnaryCall(
                                                        toPrices.newCall(
                                                                Prices.GET, World.withDeadline()),
                                                        request,
                                                        reply)))
                        .build();
        shop = world.freeChannel(world.governedServer(forwards));
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aCallWithoutAColourHasNone() {
        assertThat(order()).isEqualTo("prices");
        assertThat(seen.keys()).doesNotContain("baggage", "x-lane");
    }

    @Test
    void aColourThatComesGoesOn() {
        assertThat(order("x-opensergo-traffic", "beta")).isEqualTo("prices beta");
    }

    @Test
    void aRuleColoursByMetadata() {
        world.rules(LANE);

        assertThat(order("x-cohort", "beta")).isEqualTo("prices beta");
        assertThat(seen.get(Headers.key("x-lane"))).isEqualTo("beta");
        assertThat(seen.get(Headers.key("baggage"))).contains("x-lane=beta");
        assertThat(order("x-cohort", "other")).isEqualTo("prices");
    }

    @Test
    void baggageIsKept() {
        world.rules(LANE);

        assertThat(order("baggage", "x-lane=beta,user=7")).isEqualTo("prices beta");
    }

    private String order(String... header) {
        var headers = new Metadata();
        if (header.length > 0) {
            headers.put(Headers.key(header[0]), header[1]);
        }
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(
                        shop, MetadataUtils.newAttachHeadersInterceptor(headers)),
                Prices.GET.toBuilder().setFullMethodName("shop.Orders/Place").build(),
                World.withDeadline(),
                "");
    }

    /** Keeps the metadata that comes to prices. */
    private final class Capture implements io.grpc.ServerInterceptor {

        @Override
        public <Q, S> io.grpc.ServerCall.Listener<Q> interceptCall(
                io.grpc.ServerCall<Q, S> call,
                Metadata headers,
                io.grpc.ServerCallHandler<Q, S> next) {
            seen = headers;
            return next.startCall(call, headers);
        }
    }
}
