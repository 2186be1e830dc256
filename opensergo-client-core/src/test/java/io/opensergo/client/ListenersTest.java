package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.client.CacheEvent.Result;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenersTest {

    private static final RuleKey KEY = new RuleKey(Target.of("shop"), RateLimitStrategy.KIND);
    private static final ConnectionState STATE =
            new ConnectionState(Phase.READY, "localhost", Instant.EPOCH, null);

    private final List<String> calls = new ArrayList<>();

    private ClientListener recorder() {
        return (ClientListener)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ClientListener.class},
                        (proxy, method, arguments) -> {
                            calls.add(method.getName());
                            return null;
                        });
    }

    private static void tellEverything(ClientListener listener) {
        listener.onState(STATE, STATE);
        listener.onReconnect("localhost", Duration.ZERO);
        listener.onFollow(KEY);
        listener.onForget(KEY);
        listener.onPush(new PushEvent(KEY, 1, PushEvent.Result.ACCEPTED, 1, 0, 5, null, null));
        listener.onRefusal(new SubscriptionRefusedException(KEY, 500, "no such kind"));
        listener.onSettled(KEY, Duration.ZERO, true);
        listener.onLimit(new LimitEvent(Limit.KEYS, 1, 2, null));
        listener.onCache(new CacheEvent(KEY, Result.WRITTEN, Duration.ZERO, null));
    }

    private static List<String> methods() {
        return Arrays.stream(ClientListener.class.getDeclaredMethods())
                .map(java.lang.reflect.Method::getName)
                .toList();
    }

    @Test
    void everyEventReachesEveryListener() {
        tellEverything(new Listeners(List.of(recorder(), recorder())));

        List<String> twice = new ArrayList<>(methods());
        twice.addAll(methods());
        assertThat(calls).containsExactlyInAnyOrderElementsOf(twice);
    }

    @Test
    void failureOfOneListenerIsLoggedOnceAndHidesNothingFromTheOthers() {
        ClientListener failing =
                (ClientListener)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {ClientListener.class},
                                (proxy, method, arguments) -> {
                                    throw new AssertionError("listener is broken");
                                });
        try (LogCapture log = LogCapture.open()) {
            tellEverything(new Listeners(List.of(failing, recorder())));

            assertThat(calls).containsExactlyInAnyOrderElementsOf(methods());
            assertThat(log.linesOf(Listeners.class)).hasSize(1);
            assertThat(log.text()).contains("listener is broken");
        }
    }

    @Test
    void eventsThatAListenerDoesNotCareForDoNothing() {
        tellEverything(new Listeners(List.of(new ClientListener() {}, recorder())));

        assertThat(calls).hasSize(methods().size());
    }
}
