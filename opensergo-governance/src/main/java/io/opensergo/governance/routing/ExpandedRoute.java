package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.StringMatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route with all that routers say of it on the way to it.
 *
 * @param router the router it stands in, in whose namespace its destinations are
 * @param route the route, with what those before it say where it says nothing itself
 * @param alternatives the entries of {@code match} that lead to it: of each list all must hold
 * @param place where it stands, for people
 */
record ExpandedRoute(
        RuleId router, HttpRoute route, List<List<HttpMatch>> alternatives, String place) {

    /** Returns the last condition on the path, or {@code null} if there is none. */
    static @Nullable StringMatch uri(List<HttpMatch> alternative) {
        StringMatch last = null;
        for (HttpMatch match : alternative) {
            last = match.uri() == null ? last : match.uri();
        }
        return last;
    }
}
