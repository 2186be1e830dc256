package io.opensergo.governance.internal.limiter;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** A store that decides and answers when the test says so, in any order. */
final class ScriptedQuota implements GlobalQuota {

    /** A request: first the store decides, then the answer arrives. */
    final class Request {
        private final QuotaKey key;
        private final QuotaLimit limit;
        private final MonoSink<QuotaGrant> sink;
        private @Nullable QuotaGrant decision;
        final long permits;
        final long askedAt = ticker.nanos();
        boolean cancelled;

        private Request(QuotaKey key, QuotaLimit limit, long permits, MonoSink<QuotaGrant> sink) {
            this.key = key;
            this.limit = limit;
            this.permits = permits;
            this.sink = sink.onCancel(() -> cancelled = true);
        }

        QuotaLimit limit() {
            return limit;
        }

        boolean isDecided() {
            return decision != null;
        }

        Request decide() {
            if (decision == null) {
                decision = take(key, limit, permits);
                note(decision, limit.window());
            }
            return this;
        }

        void answer() {
            decide();
            requests.remove(this);
            sink.success(decision);
        }

        void fail() {
            requests.remove(this);
            sink.error(new IllegalStateException("scripted failure"));
        }
    }

    /** What was granted in one window of the store. */
    static final class Window {
        final long start;
        final long end;
        long granted;

        private Window(long start, long end) {
            this.start = start;
            this.end = end;
        }
    }

    final List<Request> requests = new ArrayList<>();
    final List<Window> windows = new ArrayList<>();
    final ManualTicker ticker;
    private final GlobalQuota store;
    private long count;
    long granted;
    int asked;

    ScriptedQuota(ManualTicker ticker) {
        this.ticker = ticker;
        this.store = new InMemoryGlobalQuota(ticker);
    }

    Request next() {
        return requests.get(0);
    }

    /** Answers everything that has been asked. */
    void answerAll() {
        List.copyOf(requests).forEach(Request::answer);
    }

    private void note(QuotaGrant grant, Duration length) {
        long end = ticker.nanos() + grant.validFor().toNanos();
        granted += grant.permits();
        Window last = windows.isEmpty() ? null : windows.get(windows.size() - 1);
        if (last == null || last.end != end) {
            last = new Window(end - length.toNanos(), end);
            windows.add(last);
        }
        last.granted += grant.permits();
    }

    @Override
    public Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits) {
        return Mono.create(
                sink -> {
                    asked++;
                    requests.add(new Request(key, limit, permits, sink));
                });
    }

    /** Forgets what was granted. Windows begin and end when they did before. */
    void loseCounts() {
        count++;
    }

    private QuotaGrant take(QuotaKey key, QuotaLimit limit, long permits) {
        var counted =
                new QuotaKey(
                        key.namespace(), key.app(), key.resource(), key.strategy() + "#" + count);
        QuotaGrant grant = store.acquire(counted, limit, permits).block();
        return new QuotaGrant(grant.permits(), grant.validFor(), count);
    }

    /** Takes permits as some other instance. */
    QuotaGrant takeElsewhere(QuotaKey key, long threshold, Duration window, long permits) {
        QuotaGrant grant = take(key, new QuotaLimit(threshold, window), permits);
        note(grant, window);
        return grant;
    }

    @Override
    public void close() {
        store.close();
    }
}
