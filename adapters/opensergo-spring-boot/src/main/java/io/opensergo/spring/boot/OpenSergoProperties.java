package io.opensergo.spring.boot;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.AntPathMatcher;
import org.springframework.util.PatternMatchUtils;

/**
 * The settings {@code opensergo.*}; Spring Boot reads them.
 *
 * @param enabled Whether anything is governed.
 * @param endpoints Control planes, the preferred one first: host:port, http://host:port or
 *     https://host:port.
 * @param namespace Namespace of the application's rules.
 * @param app Name under which rules know the application; spring.application.name by default.
 * @param token Bearer token for the control plane.
 * @param cacheDirectory Directory in which the last good rules are kept over restarts.
 * @param rules Rules without a control plane: a directory, which is followed, or resources such as
 *     classpath:rules/*.yaml, which are read once.
 * @param tls TLS to the control plane, with PEM files or an SSL bundle.
 * @param lanes Colours of requests.
 * @param observations Observations of requests and calls.
 * @param health Health of the application.
 * @param server Requests to this application.
 * @param client Calls of this application.
 * @param loadBalancer Instances that Spring Cloud LoadBalancer chooses among.
 * @param feign Clients of OpenFeign.
 * @param gateway Routes of Spring Cloud Gateway.
 * @param circuitBreaker Spring Cloud CircuitBreaker.
 */
@ConfigurationProperties("opensergo")
public record OpenSergoProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue List<String> endpoints,
        @DefaultValue("default") String namespace,
        @Nullable String app,
        @Nullable String token,
        @Nullable Path cacheDirectory,
        @Nullable String rules,
        @DefaultValue Tls tls,
        @DefaultValue Lanes lanes,
        @DefaultValue Observations observations,
        @DefaultValue Health health,
        @DefaultValue Server server,
        @DefaultValue Client client,
        @DefaultValue LoadBalancer loadBalancer,
        @DefaultValue Feign feign,
        @DefaultValue Gateway gateway,
        @DefaultValue CircuitBreaker circuitBreaker) {

    /** Says nothing, since the token is a secret. */
    @Override
    public String toString() {
        return "OpenSergoProperties[hidden]";
    }

    /**
     * The settings {@code opensergo.tls.*}.
     *
     * @param bundle Name of an SSL bundle, spring.ssl.bundle.*, instead of files.
     * @param caFile File of the authorities that are trusted; those of Java by default.
     * @param certFile File of the application's own certificate chain.
     * @param keyFile File of the private key of the certificate.
     * @param serverName Name that the control plane's certificate must have instead of the
     *     endpoint's host.
     */
    public record Tls(
            @Nullable String bundle,
            @Nullable Path caFile,
            @Nullable Path certFile,
            @Nullable Path keyFile,
            @Nullable String serverName) {

        boolean isSet() {
            return bundle != null || hasFiles() || serverName != null;
        }

        boolean hasFiles() {
            return caFile != null || certFile != null || keyFile != null;
        }
    }

    /**
     * The settings {@code opensergo.lanes.*}.
     *
     * @param acceptColours Whether a request keeps the colour that it comes with; false at an entry
     *     whose callers are not trusted, where only TrafficLane rules give colours.
     * @param preferBaseline Whether a request without a colour goes to instances that are in no
     *     lane, as long as there are some.
     */
    public record Lanes(
            @DefaultValue("true") boolean acceptColours,
            @DefaultValue("true") boolean preferBaseline) {}

    /**
     * The settings {@code opensergo.observations.*}.
     *
     * @param enabled Whether observations of requests and calls over HTTP say what was decided.
     */
    public record Observations(@DefaultValue("true") boolean enabled) {}

    /**
     * The settings {@code opensergo.health.*}.
     *
     * @param requireRules Whether the health openSergo is out of service until the first rules have
     *     come, for a readiness group of an application that is not to serve ungoverned.
     */
    public record Health(@DefaultValue("false") boolean requireRules) {}

    /**
     * The settings {@code opensergo.server.*}.
     *
     * @param enabled Whether requests to this application are guarded.
     * @param exclude Patterns of handlers, and ids of a gateway's routes, that are left alone, for
     *     example /internal/**.
     * @param hosts Hosts by which TrafficRouters name what this application serves, besides its own
     *     name, for example shop.example.com.
     */
    public record Server(
            @DefaultValue("true") boolean enabled,
            @DefaultValue List<String> exclude,
            @DefaultValue List<String> hosts) {

        Predicate<String> excluded() {
            if (exclude.isEmpty()) {
                return pattern -> false; // it is asked for each request
            }
            var matcher = new AntPathMatcher();
            return pattern -> exclude.stream().anyMatch(each -> matcher.match(each, pattern));
        }
    }

    /**
     * The settings {@code opensergo.client.*}.
     *
     * @param enabled Whether calls of this application are guarded.
     * @param exclude Hosts whose calls are left alone; an asterisk stands for any part of a name.
     */
    public record Client(
            @DefaultValue("true") boolean enabled, @DefaultValue List<String> exclude) {

        Predicate<String> excluded() {
            String[] hosts = exclude.toArray(String[]::new);
            return host -> PatternMatchUtils.simpleMatch(hosts, host);
        }
    }

    /**
     * The settings {@code opensergo.load-balancer.*}.
     *
     * @param enabled Whether TrafficRouters and TrafficLanes say to which instances of a service
     *     Spring Cloud LoadBalancer sends a request.
     */
    public record LoadBalancer(@DefaultValue("true") boolean enabled) {}

    /**
     * The settings {@code opensergo.feign.*}.
     *
     * @param enabled Whether calls of OpenFeign are guarded, if calls are.
     */
    public record Feign(@DefaultValue("true") boolean enabled) {}

    /**
     * The settings {@code opensergo.gateway.*}.
     *
     * @param enabled Whether routes of Spring Cloud Gateway are guarded, each by its id.
     */
    public record Gateway(@DefaultValue("true") boolean enabled) {}

    /**
     * The settings {@code opensergo.circuit-breaker.*}.
     *
     * @param enabled Whether the circuit breakers of Spring Cloud CircuitBreaker are guards, if the
     *     application has no others.
     */
    public record CircuitBreaker(@DefaultValue("true") boolean enabled) {}
}
