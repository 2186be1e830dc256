package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guard of the other tests bites. */
class NoBlockingCallsTest {

    private final EventLoop loop = new EventLoop();

    @AfterEach
    void stop() {
        loop.stop();
        BlockingCalls.take();
    }

    static List<Runnable> blockingCalls() {
        return List.of(
                () -> waitFor(new CountDownLatch(1)),
                () -> LockSupport.parkNanos(1),
                NoBlockingCallsTest::readAFile);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void readAFile() {
        Path file = Path.of(System.getProperty("java.home"), "release");
        try (var content = new FileInputStream(file.toFile())) {
            content.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("blockingCalls")
    void blockingOnTheEventLoopFailsTheTest(Runnable call) {
        var done = new CompletableFuture<Void>();
        loop.execute(
                () -> {
                    call.run();
                    done.complete(null);
                });

        done.join();
        assertThatThrownBy(() -> new NoBlockingCalls().afterEach(null))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("blocking calls on threads that must not block");
        new NoBlockingCalls().afterEach(null);
    }

    @Test
    void listenerThatBlocksIsFoundWhereItIsCalled() {
        try (var server = ScriptedControlPlane.start();
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints(server.endpoint())
                                .listener(
                                        new ClientListener() {
                                            @Override
                                            public void onState(
                                                    ConnectionState before, ConnectionState now) {
                                                waitFor(new CountDownLatch(1));
                                            }
                                        })
                                .build()) {
            await().until(() -> !BlockingCalls.take().isEmpty()); // told after the state is set
            assertThat(client.state().phase()).isEqualTo(Phase.READY);
        }
    }

    @Test
    void tokenSupplierMayBlock() {
        try (var server = ScriptedControlPlane.start();
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints("http://" + server.endpoint())
                                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                                .token(
                                        () -> {
                                            waitFor(new CountDownLatch(1));
                                            return "token";
                                        })
                                .build()) {
            client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
            server.stream().subscribe(0);

            assertThat(BlockingCalls.take()).isEmpty();
            assertThat(server.authorizations()).containsExactly("Bearer token");
        }
    }
}
