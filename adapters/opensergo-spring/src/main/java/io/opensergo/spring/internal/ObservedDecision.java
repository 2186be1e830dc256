package io.opensergo.spring.internal;

import io.micrometer.observation.Observation;
import io.opensergo.governance.Permit;
import io.opensergo.governance.Rejection;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.server.ServerWebExchange;

/**
 * What was decided on a request, left where its observation is found: in the context of that, or in
 * the attributes of a blocking call.
 *
 * @param decision what the tag says
 * @param rule the rule that refused it, if it has a name
 * @param strategy the strategy that refused it, if it has a name
 */
public record ObservedDecision(
        Decision decision, @Nullable String rule, @Nullable String strategy) {

    /** The key in contexts and attributes. */
    public static final String KEY = ObservedDecision.class.getName();

    private static final ObservedDecision ADMITTED =
            new ObservedDecision(Decision.ADMITTED, null, null);
    private static final ObservedDecision WAITED =
            new ObservedDecision(Decision.WAITED, null, null);

    /** The decisions; of two guards of one request the later one in this order is told. */
    public enum Decision {
        /** It passed at once. */
        ADMITTED,
        /** It passed when its turn came, or waits for it. */
        WAITED,
        /** It was refused. */
        REFUSED
    }

    /** Returns what a guard has said so far. */
    public static ObservedDecision of(Permit permit) {
        if (permit.isRefused()) {
            Rejection rejection = permit.rejection();
            return new ObservedDecision(Decision.REFUSED, rejection.rule(), rejection.strategy());
        }
        return permit.isWaiting() ? WAITED : ADMITTED;
    }

    /** Tells the observation of a request to a servlet, if there is one. */
    public static void tell(HttpServletRequest request, Permit permit) {
        ServerHttpObservationFilter.findObservationContext(request)
                .ifPresent(context -> of(permit).leaveAt(context));
    }

    /** Tells the observation of a request to a reactive server, if there is one. */
    public static void tell(ServerWebExchange exchange, Permit permit) {
        ServerRequestObservationContext.findCurrent(exchange.getAttributes())
                .ifPresent(context -> of(permit).leaveAt(context));
    }

    /** Leaves this at a blocking call. */
    public void leaveAt(Map<String, Object> attributes) {
        attributes.merge(KEY, this, (before, now) -> ((ObservedDecision) before).or(this));
    }

    /** Leaves this at an observation. */
    public void leaveAt(Observation.Context context) {
        ObservedDecision before = context.get(KEY);
        context.put(KEY, before == null ? this : before.or(this));
    }

    private ObservedDecision or(ObservedDecision later) {
        return later.decision.compareTo(decision) > 0 ? later : this;
    }
}
