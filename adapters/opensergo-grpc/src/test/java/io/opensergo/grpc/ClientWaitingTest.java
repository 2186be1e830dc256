package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.opensergo.testsupport.Documents;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A call of a client whose turn does not come, since time stands still. */
class ClientWaitingTest {

    private final World world = World.withoutTime();
    private final Prices prices = new Prices("prices");
    private final Channel channel = world.governedChannel(world.freeServer(prices.definition()));
    private final Replies replies = new Replies();

    @BeforeEach
    void throttle() {
        world.rules(
                Documents.throttling("gap", "600s", "3600s"),
                Documents.rule("shop.Prices", "ThrottlingStrategy", "gap"));
        assertThat(World.get(channel, "")).isEqualTo("prices");
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void itEndsWhenItsCallerCancelsAndLeavesItsPlace() throws Exception {
        ClientCall<String, String> call = waiting(CallOptions.DEFAULT);

        call.cancel("enough", null);

        assertThat(replies.awaitStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(replies.awaitStatus().getDescription()).isEqualTo("enough");
        assertNotMade();
    }

    @Test
    void itEndsWhenTheContextOfItsCallerIsCancelled() throws Exception {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> waiting(CallOptions.DEFAULT));

        context.cancel(null);

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertNotMade();
    }

    @Test
    void itDoesNotWaitInAContextThatIsCancelledAlready() throws Exception {
        Context.CancellableContext context = Context.current().withCancellation();
        context.cancel(null);

        context.run(
                () ->
                        ClientCalls.asyncUnaryCall(
                                channel.newCall(Prices.GET, CallOptions.DEFAULT), "", replies));

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertNotMade();
    }

    @Test
    void aBlockingStubThatIsInterruptedLeavesItsPlace() throws Exception {
        var thread =
                new Thread(
                        () -> {
                            try {
                                ClientCalls.blockingUnaryCall(
                                        channel, Prices.GET, CallOptions.DEFAULT, "");
                            } catch (RuntimeException e) {
                                replies.onError(e);
                            }
                        });
        thread.start();
        await().atMost(PATIENCE).until(() -> world.outbound("shop.Prices").passed() == 2);

        thread.interrupt();

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertNotMade();
    }

    @Test
    void itIsRefusedAtOnceIfItsTurnComesAfterItsDeadline() throws Exception {
        ClientCalls.asyncUnaryCall(
                channel.newCall(
                        Prices.GET, CallOptions.DEFAULT.withDeadlineAfter(500, TimeUnit.SECONDS)),
                "",
                replies);

        assertThat(replies.isEnded()).isTrue();
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertNotMade();
    }

    private ClientCall<String, String> waiting(CallOptions options) {
        ClientCall<String, String> call = channel.newCall(Prices.GET, options);
        ClientCalls.asyncUnaryCall(call, "", replies);
        assertThat(world.outbound("shop.Prices").passed()).isEqualTo(2);
        assertThat(call.isReady()).isFalse();
        return call;
    }

    private void assertNotMade() {
        assertThat(world.outbound("shop.Prices").passed()).isEqualTo(1);
        assertThat(prices.handled).hasValue(1);
    }
}
