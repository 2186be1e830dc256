package io.opensergo.console.internal.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies are held at a time, of all requests together. For any number of threads.
 */
final class BodyBudget {

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();

    BodyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Returns a budget of an eighth of the memory that this process may use. */
    static BodyBudget ofMemory() {
        return new BodyBudget(Runtime.getRuntime().maxMemory() / 8);
    }

    /**
     * Takes bytes.
     *
     * @return whether there are so many; if not, none are taken
     */
    boolean take(int bytes) {
        if (held.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void giveBack(int bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
