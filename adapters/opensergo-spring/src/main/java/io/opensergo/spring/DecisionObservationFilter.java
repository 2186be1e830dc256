package io.opensergo.spring;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.opensergo.spring.internal.ObservedDecision;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.observation.ClientRequestObservationContext;

/**
 * Adds what was decided to the observations of requests and calls over HTTP, {@code
 * http.server.requests} and {@code http.client.requests}, whatever name and convention the
 * application has for them:
 *
 * <ul>
 *   <li>{@code opensergo.decision}: {@code admitted}, {@code waited} or {@code refused}; {@code
 *       none} if no rule applies
 *   <li>{@code opensergo.rule} and {@code opensergo.strategy}: which rule and strategy refused it,
 *       {@code none} if it was not refused
 * </ul>
 *
 * <p>All are of low cardinality, and always there, as some registries want it of all meters of one
 * name. Of a route of a gateway and its pattern the stricter decision is told.
 */
public final class DecisionObservationFilter implements ObservationFilter {

    /** By their names, since an application may lack the types of some. */
    private static final Set<String> OF_HTTP =
            Set.of(
                    "org.springframework.http.client.observation.ClientRequestObservationContext",
                    "org.springframework.http.server.observation.ServerRequestObservationContext",
                    "org.springframework.http.server.reactive.observation"
                            + ".ServerRequestObservationContext",
                    "org.springframework.web.reactive.function.client"
                            + ".ClientRequestObservationContext");

    private static final KeyValues NONE = keyValues("none", null, null);
    private static final KeyValues ADMITTED = keyValues("admitted", null, null);
    private static final KeyValues WAITED = keyValues("waited", null, null);

    /** Makes the filter. */
    public DecisionObservationFilter() {}

    @Override
    public Observation.Context map(Observation.Context context) {
        if (OF_HTTP.contains(context.getClass().getName())) {
            context.addLowCardinalityKeyValues(keyValues(decision(context)));
        }
        return context;
    }

    private static @Nullable ObservedDecision decision(Observation.Context context) {
        ObservedDecision told = context.get(ObservedDecision.KEY);
        if (told != null || !(context instanceof ClientRequestObservationContext call)) {
            return told;
        }
        ClientHttpRequest request = call.getCarrier();
        return request == null
                ? null
                : (ObservedDecision) request.getAttributes().get(ObservedDecision.KEY);
    }

    private static KeyValues keyValues(@Nullable ObservedDecision decision) {
        if (decision == null) {
            return NONE;
        }
        return switch (decision.decision()) {
            case ADMITTED -> ADMITTED;
            case WAITED -> WAITED;
            case REFUSED -> keyValues("refused", decision.rule(), decision.strategy());
        };
    }

    private static KeyValues keyValues(
            String decision, @Nullable String rule, @Nullable String strategy) {
        return KeyValues.of(
                KeyValue.of("opensergo.decision", decision),
                KeyValue.of("opensergo.rule", orNone(rule)),
                KeyValue.of("opensergo.strategy", orNone(strategy)));
    }

    private static String orNone(@Nullable String name) {
        return name == null || name.isEmpty() ? KeyValue.NONE_VALUE : name;
    }
}
