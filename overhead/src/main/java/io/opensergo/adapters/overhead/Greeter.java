package io.opensergo.adapters.overhead;

/** The service that is called. */
public interface Greeter {

    /** Returns a greeting. */
    String greet(String name);
}
