package io.opensergo.conformance.cases;

/**
 * A request to a resource that rules may protect.
 *
 * @param resource the name of the resource
 * @param outbound whether this process makes the request; it receives it otherwise
 */
public record GuardedRequest(String resource, boolean outbound) {}
