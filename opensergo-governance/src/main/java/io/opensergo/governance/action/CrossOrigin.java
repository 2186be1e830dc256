package io.opensergo.governance.action;

import io.opensergo.rules.traffic.CorsPolicy;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What browsers are told about requests of other origins (CORS), for a server that applies it as
 * Envoy does: an origin that is allowed is named in the response; of any other nothing is said, so
 * that the browser keeps the response from its script. Immutable.
 */
public final class CrossOrigin {

    private static final String ORIGIN = "access-control-allow-origin";
    private static final String CREDENTIALS = "access-control-allow-credentials";

    private final Predicate<String> origins;
    private final String methods;
    private final String headers;
    private final String exposed;
    private final @Nullable String maxAgeSeconds;
    private final boolean credentials;

    private CrossOrigin(
            Predicate<String> origins,
            String methods,
            String headers,
            String exposed,
            @Nullable String maxAgeSeconds,
            boolean credentials) {
        this.origins = origins;
        this.methods = methods;
        this.headers = headers;
        this.exposed = exposed;
        this.maxAgeSeconds = maxAgeSeconds;
        this.credentials = credentials;
    }

    /**
     * Returns what a rule says.
     *
     * @param origins which origins are allowed
     * @param policy the rest of the rule
     * @param problems told of each name that HTTP does not allow, which is left out
     */
    public static CrossOrigin of(
            Predicate<String> origins, CorsPolicy policy, Consumer<String> problems) {
        return new CrossOrigin(
                origins,
                joined(policy.allowMethods(), problems),
                joined(policy.allowHeaders(), problems),
                joined(policy.exposeHeaders(), problems),
                policy.maxAge() == null ? null : Long.toString(policy.maxAge().toSeconds()),
                Boolean.TRUE.equals(policy.allowCredentials()));
    }

    private static String joined(List<String> names, Consumer<String> problems) {
        names.stream()
                .filter(name -> !HeaderChanges.isName(name))
                .forEach(name -> problems.accept("'" + name + "' is no name of HTTP"));
        return String.join(",", names.stream().filter(HeaderChanges::isName).toList());
    }

    /** Returns whether requests of an origin are allowed; never without one. */
    public boolean allows(@Nullable String origin) {
        return origin != null && origins.test(origin);
    }

    /**
     * Returns whether a browser asks whether it may make a request, which is answered without it:
     * with status 200 and {@link #answerPreflight}, if the origin is allowed.
     *
     * @param requestMethod the value of {@code Access-Control-Request-Method}, or {@code null}
     */
    public boolean isPreflight(
            String method, @Nullable String origin, @Nullable String requestMethod) {
        return method.equals("OPTIONS") && requestMethod != null && allows(origin);
    }

    /** Tells what is allowed in the answer of a preflight request, to an origin that is allowed. */
    public void answerPreflight(String origin, HeaderChanges.Target response) {
        allow(origin, response);
        setUnlessEmpty("access-control-allow-methods", methods, response);
        setUnlessEmpty("access-control-allow-headers", headers, response);
        if (maxAgeSeconds != null) {
            response.set("access-control-max-age", maxAgeSeconds);
        }
    }

    /** Lets scripts of an origin that is allowed read a response. */
    public void allowResponse(String origin, HeaderChanges.Target response) {
        allow(origin, response);
        setUnlessEmpty("access-control-expose-headers", exposed, response);
    }

    private void allow(String origin, HeaderChanges.Target response) {
        response.set(ORIGIN, origin);
        response.add("vary", "Origin");
        if (credentials) {
            response.set(CREDENTIALS, "true");
        }
    }

    private static void setUnlessEmpty(String name, String value, HeaderChanges.Target response) {
        if (!value.isEmpty()) {
            response.set(name, value);
        }
    }

    /** Returns for example {@code methods GET,PUT, headers x-token}. */
    @Override
    public String toString() {
        return "methods " + methods + ", headers " + headers;
    }
}
