package io.opensergo.governance.action;

/** What a router or a VirtualWorkload can ask for besides a choice of instances. */
public enum RouteAction {
    TIMEOUT("timeout"),
    RETRIES("retries"),
    RETRY_REMOTE_LOCALITIES("retries.retryRemoteLocalities"),
    FAULT_DELAY("fault.delay"),
    FAULT_ABORT("fault.abort"),
    MIRROR("mirror"),
    REWRITE_URI("rewrite.uri"),
    REWRITE_AUTHORITY("rewrite.authority"),
    REDIRECT("redirect"),
    DIRECT_RESPONSE("directResponse"),
    REQUEST_HEADERS("headers.request"),
    RESPONSE_HEADERS("headers.response"),
    CORS_POLICY("corsPolicy"),
    DESTINATION_PORT("destination.port"),
    LOAD_BALANCING("trafficPolicy.loadBalancePolicy"),
    TCP_ROUTES("tcp"),
    TLS_ROUTES("tls");

    private final String field;

    RouteAction(String field) {
        this.field = field;
    }

    /** Returns the field of a rule that asks for it. */
    public String field() {
        return field;
    }
}
