package io.opensergo.client;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener of a client, whatever one of them throws. Confined to the event loop. */
final class Listeners implements ClientListener {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<Guarded> guarded;

    Listeners(List<ClientListener> listeners) {
        this.guarded = listeners.stream().map(Guarded::new).toList();
    }

    @Override
    public void onState(ConnectionState before, ConnectionState now) {
        tell(listener -> listener.onState(before, now));
    }

    @Override
    public void onReconnect(String endpoint, Duration outage) {
        tell(listener -> listener.onReconnect(endpoint, outage));
    }

    @Override
    public void onFollow(RuleKey key) {
        tell(listener -> listener.onFollow(key));
    }

    @Override
    public void onForget(RuleKey key) {
        tell(listener -> listener.onForget(key));
    }

    @Override
    public void onPush(PushEvent push) {
        tell(listener -> listener.onPush(push));
    }

    @Override
    public void onRefusal(SubscriptionRefusedException refusal) {
        tell(listener -> listener.onRefusal(refusal));
    }

    @Override
    public void onSettled(RuleKey key, Duration waited, boolean replaced) {
        tell(listener -> listener.onSettled(key, waited, replaced));
    }

    @Override
    public void onLimit(LimitEvent limit) {
        tell(listener -> listener.onLimit(limit));
    }

    @Override
    public void onCache(CacheEvent cache) {
        tell(listener -> listener.onCache(cache));
    }

    private void tell(Consumer<ClientListener> event) {
        guarded.forEach(each -> each.tell(event));
    }

    /** A listener that may throw; only its first failure is logged, as the next ones are alike. */
    private static final class Guarded {

        private final ClientListener listener;
        private boolean failed;

        Guarded(ClientListener listener) {
            this.listener = listener;
        }

        void tell(Consumer<ClientListener> event) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) { // a missing class of theirs is no fault of ours
                if (!failed) {
                    failed = true;
                    LOG.warn(
                            "The client listener {} failed; it is told further events, and its further failures are not logged",
                            listener.getClass().getName(),
                            e);
                }
            }
        }
    }
}
