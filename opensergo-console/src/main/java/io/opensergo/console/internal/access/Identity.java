package io.opensergo.console.internal.access;

import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.controlplane.Authorizer;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who makes a request, and what it may do. What it may not read is as if it were not there.
 *
 * @param name the name that the authorizer gave it
 * @param remoteAddress where it comes from
 * @param proof how it showed who it is
 * @param authorizer {@code null} lets it do everything
 */
public record Identity(
        String name, String remoteAddress, Proof proof, @Nullable Authorizer authorizer) {

    /** How a request shows who makes it. */
    public enum Proof {
        /** A bearer token that the request itself bears. */
        TOKEN,
        /** A session's cookie, which a browser adds by itself. */
        SESSION,
        /** A client certificate, which a browser shows by itself. */
        CERTIFICATE,
        /** Nothing: whoever is on this machine may do everything. */
        NONE
    }

    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    /** Returns whether it may read the rules of a key. */
    public boolean mayRead(String namespace, String app, String kind) {
        return ask(judge -> judge.mayRead(name, namespace, app, kind));
    }

    /** Returns whether it may change the rules of a key; never of one that it may not read. */
    public boolean mayWrite(String namespace, String app, String kind) {
        return ask(
                judge ->
                        judge.mayRead(name, namespace, app, kind)
                                && judge.mayWrite(name, namespace, app, kind));
    }

    /** Returns whether it may see what an application has reported of itself. */
    public boolean mayReadReports(String app) {
        return ask(judge -> judge.maySeeAll(name) || judge.mayReport(name, app));
    }

    /**
     * Returns whether it may see what instances of an application decide: who may read which
     * strategies it puts on which resources.
     */
    public boolean mayReadDecisions(String namespace, String app) {
        String kind = FaultToleranceRule.KIND.wireName();
        return ask(judge -> judge.maySeeAll(name) || judge.mayRead(name, namespace, app, kind));
    }

    /** Returns whether it may see what belongs to no application. */
    public boolean maySeeAll() {
        return ask(judge -> judge.maySeeAll(name));
    }

    /** An authorizer that fails is no yes and no no. */
    private boolean ask(Predicate<Authorizer> question) {
        if (authorizer == null) {
            return true;
        }
        try {
            return question.test(authorizer);
        } catch (RuntimeException | Error e) {
            LOG.error("The authorizer failed; the console answers 503 until it does not", e);
            throw failed();
        }
    }

    static HttpProblem failed() {
        return new HttpProblem(
                503, "authorizer-failed", "the authorizer cannot be asked at the moment");
    }
}
