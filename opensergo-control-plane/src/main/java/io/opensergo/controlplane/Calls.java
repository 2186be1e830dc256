package io.opensergo.controlplane;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All open calls, of whichever service and of whichever peer, known or not: how many there are, how
 * much of messages that are not complete yet they hold, and which of them keep the control plane
 * waiting.
 *
 * <p>For any number of threads.
 */
final class Calls extends ServerStreamTracer.Factory {

    /** A message below this is never cut off for what others send. */
    private static final long ALWAYS_TAKEN = 4096;

    private final Set<Call> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong arriving = new AtomicLong();
    private final int limit;
    private final long maxArrivingBytes;
    private final long requestTimeoutNanos;
    private final long endTimeoutNanos;
    private final Counters counters;

    /**
     * @param limit how many may be open; what comes beyond is to be refused
     * @param maxArrivingBytes how much of unfinished messages may be held
     * @param requestTimeout how long a message may take from its first byte to its last
     * @param endTimeout how long a client may take to read the end of a call
     */
    Calls(
            int limit,
            long maxArrivingBytes,
            Duration requestTimeout,
            Duration endTimeout,
            Counters counters) {
        this.limit = limit;
        this.maxArrivingBytes = maxArrivingBytes;
        this.requestTimeoutNanos = requestTimeout.toNanos();
        this.endTimeoutNanos = endTimeout.toNanos();
        this.counters = counters;
    }

    int limit() {
        return limit;
    }

    long endTimeoutNanos() {
        return endTimeoutNanos;
    }

    int open() {
        return count.get();
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        var call = new Call(this, count.incrementAndGet() > limit, System.nanoTime());
        open.add(call);
        return call;
    }

    void ended(Call call) {
        if (open.remove(call)) {
            count.decrementAndGet();
        }
    }

    /**
     * Takes note of a part of a message.
     *
     * @param all what has come of the message with it
     * @return whether the rest of it may come
     */
    boolean hold(long bytes, long all) {
        if (arriving.addAndGet(bytes) <= maxArrivingBytes || all <= ALWAYS_TAKEN) {
            return true;
        }
        counters.requestsOverLimit.increment();
        return false;
    }

    void release(long bytes) {
        arriving.addAndGet(-bytes);
    }

    /** Resets the calls whose request, or whose end, has not come in time. */
    void cutLate(long nowNanos) {
        int cut = 0;
        for (Call call : open) {
            if (cut == ServerLimits.RESETS_AT_ONCE) {
                return;
            }
            if (call.lingers(nowNanos)) {
                call.cut("the client has not read the end");
                cut++;
            } else if (call.isLate(nowNanos, requestTimeoutNanos)) {
                counters.lateRequests.increment();
                call.requestArrived(); // so that it is counted once
                call.cut("the request has not come in time");
                cut++;
            }
        }
    }
}
