package io.opensergo.dubbo;

import java.util.concurrent.CompletableFuture;

/** A service as users write it. */
public interface Greeter {

    /** Greets, or fails if the name is {@code fail}. */
    String greet(String name);

    /** Greets later, on another thread; fails later if the name is {@code fail}. */
    CompletableFuture<String> greetLater(String name);

    /** Greets by the service behind, on a thread of the caller's choice. */
    String relay(String how);
}
