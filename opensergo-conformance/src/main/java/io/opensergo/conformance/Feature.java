package io.opensergo.conformance;

/**
 * Something that a case may need and that not every implementation, or not every way to drive it,
 * can do.
 */
public enum Feature {
    /** Requests to resources are decided on. */
    GUARDING,
    /** Requests are routed. */
    ROUTING,
    /** It is known among which instances of a service a request may go. */
    INSTANCE_SELECTION,
    /**
     * It is known what becomes of a request besides: its time, retries, faults, headers, copies.
     */
    ROUTE_ACTIONS,
    /** It is known which colour a request has. */
    COLOURING,
    /** The labels, the namespace and the gateways of the process can be set. */
    WORKLOAD_IDENTITY,
    /** Time stands still between the steps of a case, so that single milliseconds count. */
    EXACT_TIME,
    /** It is known how long an admitted request has to wait. */
    WAITING,
    /** A refusal says when a retry makes sense. */
    RETRY_AFTER,
    /** A refusal carries the response of a fallback action. */
    FALLBACK,
    /** A refusal says which strategy and rule it is by. */
    REASON,
    /** A failed request can have an error of a given type. */
    ERROR_TYPE,
    /** A request can be given up by its caller. */
    CANCELLATION,
    /** A request can be one that the application makes. */
    OUTBOUND,
    /** The load of the machine can be set. */
    LOAD,
    /** The number of instances that share a limit can be set. */
    INSTANCES
}
