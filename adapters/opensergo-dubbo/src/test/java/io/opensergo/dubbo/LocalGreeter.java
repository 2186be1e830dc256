package io.opensergo.dubbo;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.dubbo.rpc.RpcContext;
import org.jspecify.annotations.Nullable;

/** Says its own name, and counts how often it was asked, and by what. */
final class LocalGreeter implements Greeter {

    final AtomicInteger calls = new AtomicInteger();

    /** How many calls were copies of others. */
    final AtomicInteger copies = new AtomicInteger();

    /** What it was asked with. */
    final Set<String> asked = ConcurrentHashMap.newKeySet();

    /** What it was asked with to answer later. */
    final Set<String> askedLater = ConcurrentHashMap.newKeySet();

    private final CompletableFuture<@Nullable Void> held = new CompletableFuture<>();
    private final String name;
    private final UnaryOperator<String> relay;

    LocalGreeter(String name) {
        this(name, how -> how);
    }

    LocalGreeter(String name, UnaryOperator<String> relay) {
        this.name = name;
        this.relay = relay;
    }

    @Override
    public String greet(String who) {
        calls.incrementAndGet();
        if (RpcContext.getServerAttachment().getAttachment(Mirrors.SHADOW) != null) {
            copies.incrementAndGet();
        }
        asked.add(who);
        failIfAsked(who);
        if (who.equals("hold")) {
            held.join();
        }
        return name + colour();
    }

    @Override
    public CompletableFuture<String> greetLater(String who) {
        calls.incrementAndGet();
        asked.add(who);
        askedLater.add(who);
        String answer = name + colour();
        if (who.equals("hold")) {
            return held.thenApply(nothing -> answer);
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    failIfAsked(who);
                    return answer;
                });
    }

    /**
     * Answers whoever asked to be held, on a thread of its own: Dubbo leaves the context of a call,
     * and what is left of its time, on the thread that completes it.
     */
    void letGo() {
        var thread = new Thread(() -> held.complete(null));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String relay(String how) {
        calls.incrementAndGet();
        return name + colour() + " > " + relay.apply(how);
    }

    private static void failIfAsked(String who) {
        if (who.equals("fail")) {
            throw new IllegalStateException("asked to fail");
        }
    }

    private static String colour() {
        String colour = RpcContext.getServerAttachment().getAttachment("x-opensergo-traffic");
        return colour == null ? "" : "@" + colour;
    }
}
