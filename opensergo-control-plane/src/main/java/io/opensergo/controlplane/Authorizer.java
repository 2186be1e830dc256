package io.opensergo.controlplane;

import org.jspecify.annotations.Nullable;

/**
 * Decides who may call a control plane, which rules each caller may read or change, and which
 * applications it may report on.
 *
 * <p>A call of a client that is not known is refused as {@code UNAUTHENTICATED}, whichever service
 * it calls. A key (namespace, app and kind) that a known client may not read is refused with the
 * same words whether it exists or not, so that nobody learns what there is.
 *
 * <p>The methods are called often, from several threads at a time and while no lock is held: {@link
 * #authenticate} for each call, {@link #mayReport} for each report, {@link #mayReportDecisions} for
 * each instance that connects, {@link #mayRead} for each key of each subscribe, also when a client
 * subscribes again to what it follows already, which is how an answer that has changed takes effect
 * on a stream. They should answer from memory; waiting in them holds up other clients.
 *
 * <p>An exception is not a no. It ends the call as {@code UNAVAILABLE}, so that nothing is
 * delivered, and the client keeps the rules it has and comes again; the first one in a row is
 * logged.
 *
 * <p>{@link TokenAuthorizer} is one that knows its clients by tokens.
 */
public interface Authorizer {

    /**
     * Returns the name of the client that shows these credentials; it stands in the status and in
     * the log.
     *
     * @param credentials all that a call proves about its client
     * @return a name that is not empty, or {@code null} if the client is not known
     */
    @Nullable String authenticate(ClientCredentials credentials);

    /**
     * Returns whether a client may read the rules of a key.
     *
     * @param client the name that {@link #authenticate} returned
     * @param namespace the namespace of the rules
     * @param app the application that the rules are for
     * @param kind the wire name of their kind, such as {@code
     *     fault-tolerance.opensergo.io/v1alpha1/RateLimitStrategy}; none of the three need exist
     */
    boolean mayRead(String client, String namespace, String app, String kind);

    /**
     * Returns whether a client may tell what an application serves. Nobody may unless this is
     * overridden.
     *
     * @param client the name that {@link #authenticate} returned
     * @param app the application, which need not exist
     */
    default boolean mayReport(String client, String app) {
        return false;
    }

    /**
     * Returns whether a client may tell what an instance of an application decides, and so counts
     * as one of its instances, by which limits whose mode is {@code GlobalToLocal} are divided.
     * Whoever may report on the application, unless this is overridden.
     *
     * @param client the name that {@link #authenticate} returned
     * @param namespace the namespace of the application
     * @param app the application, which need not exist
     */
    default boolean mayReportDecisions(String client, String namespace, String app) {
        return mayReport(client, app);
    }

    /**
     * Returns whether a client may change the rules of a key, by a console. Nobody may unless this
     * is overridden. Only what a client may also read is it ever asked to change.
     *
     * @param client the name that {@link #authenticate} returned
     * @param namespace the namespace of the rules
     * @param app the application that the rules are for
     * @param kind the wire name of their kind; none of the three need exist
     */
    default boolean mayWrite(String client, String namespace, String app, String kind) {
        return false;
    }

    /**
     * Returns whether a client may see what belongs to no application: the counters of a control
     * plane, the problems of its sources, who logs in to its console. Nobody may unless this is
     * overridden.
     *
     * @param client the name that {@link #authenticate} returned
     */
    default boolean maySeeAll(String client) {
        return false;
    }
}
