package io.opensergo.console.internal.http;

/** Is asked about each request before its body is read. */
@FunctionalInterface
public interface Admission {

    /**
     * Lets a request in.
     *
     * @throws HttpProblem if it is not
     */
    void admit(Exchange exchange, Endpoint endpoint);
}
