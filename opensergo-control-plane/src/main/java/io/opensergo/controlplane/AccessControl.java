package io.opensergo.controlplane;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.opensergo.proto.WireKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in the calls of known clients, to whichever service, and asks what they may read.
 *
 * <p>Fails closed: while the authorizer throws, nobody is let in and nothing is delivered. But that
 * is not a no, after which clients would drop rules that they may have.
 */
final class AccessControl implements ServerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "bearer ";

    /** What a call ends with whose client the authorizer does not know. */
    static final Status UNKNOWN_CLIENT =
            Status.UNAUTHENTICATED.withDescription(
                    "the control plane knows no client by these credentials");

    /** Nobody knows whether it is allowed. */
    static final class UndecidedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        UndecidedException(RuntimeException cause) {
            super("the authorizer cannot be asked at the moment", cause);
        }

        /** Returns what the call ends with; the cause is not told to clients. */
        Status status() {
            return Status.UNAVAILABLE.withDescription(getMessage());
        }
    }

    private final @Nullable Authorizer authorizer;
    private final Counters counters;
    private final AtomicBoolean failing = new AtomicBoolean();
    private TokenAuthorizer.@Nullable Grants judgedBy; // by the housekeeper alone

    /**
     * @param authorizer {@code null} lets everybody in and read everything
     */
    AccessControl(@Nullable Authorizer authorizer, Counters counters) {
        this.authorizer = authorizer;
        this.counters = counters;
        this.judgedBy = authorizer instanceof TokenAuthorizer tokens ? tokens.grants() : null;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        Attributes connection = call.getAttributes();
        Caller caller = Caller.at(connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        if (authorizer != null && !isPlainHealthCheck(call)) {
            try {
                String name = nameOf(authorizer, caller, connection, headers);
                if (name.isEmpty()) {
                    counters.unauthenticated.increment();
                    return Call.refuse(call, UNKNOWN_CLIENT);
                }
                caller = caller.named(name);
            } catch (UndecidedException e) {
                return Call.refuse(call, e.status());
            }
        }
        return Contexts.interceptCall(
                Context.current().withValue(Caller.KEY, caller), call, headers, next);
    }

    /** A probe of a container has no token; what it learns is whether the process serves. */
    private static boolean isPlainHealthCheck(ServerCall<?, ?> call) {
        return call.getMethodDescriptor()
                .getFullMethodName()
                .equals(HealthGrpc.getCheckMethod().getFullMethodName());
    }

    private String nameOf(
            Authorizer judge, Caller caller, Attributes connection, Metadata headers) {
        try {
            String name =
                    judge.authenticate(
                            new ClientCredentials(
                                    tokenIn(headers),
                                    certificateIn(connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION)),
                                    caller.address()));
            failing.set(false);
            return name == null ? "" : name;
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    /**
     * Returns whether the grants are others than when it was last asked, after which open streams
     * are to be judged again; for the housekeeper. Of a user's own authorizer it is never known.
     */
    boolean hasChanged() {
        if (!(authorizer instanceof TokenAuthorizer tokens)) {
            return false;
        }
        TokenAuthorizer.Grants now = tokens.grants();
        boolean changed = now != judgedBy;
        judgedBy = now;
        return changed;
    }

    /** Returns whether a caller that was let in would still be by its name. */
    boolean isKnown(Caller caller) {
        return !(authorizer instanceof TokenAuthorizer tokens)
                || tokens.grants().holds(caller.principal());
    }

    /**
     * Returns whether a caller may read the rules of a key; to be asked while no lock is held.
     *
     * @throws UndecidedException if the authorizer fails
     */
    boolean mayRead(Caller caller, WireKey key) {
        return authorizer == null
                || answer(
                        () ->
                                authorizer.mayRead(
                                        caller.principal(),
                                        key.namespace(),
                                        key.app(),
                                        key.kind()));
    }

    /**
     * Returns whether a caller may tell what an application serves; to be asked while no lock is
     * held.
     *
     * @throws UndecidedException if the authorizer fails
     */
    boolean mayReport(Caller caller, String app) {
        return authorizer == null || answer(() -> authorizer.mayReport(caller.principal(), app));
    }

    /**
     * Returns whether a caller may tell what an application decides; to be asked while no lock is
     * held.
     *
     * @throws UndecidedException if the authorizer fails
     */
    boolean mayReportDecisions(Caller caller, String namespace, String app) {
        return authorizer == null
                || answer(() -> authorizer.mayReportDecisions(caller.principal(), namespace, app));
    }

    private boolean answer(BooleanSupplier question) {
        try {
            boolean answer = question.getAsBoolean();
            failing.set(false);
            return answer;
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    private UndecidedException failed(RuntimeException e) {
        if (!failing.getAndSet(true)) {
            LOG.error("The authorizer failed; calls are UNAVAILABLE until it answers again", e);
        }
        return new UndecidedException(e);
    }

    private static @Nullable String tokenIn(Metadata headers) {
        String value = headers.get(AUTHORIZATION);
        return value != null && value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? value.substring(BEARER.length()).strip()
                : null;
    }

    private static @Nullable X509Certificate certificateIn(@Nullable SSLSession session) {
        if (session == null) {
            return null;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // the client showed none
        }
    }
}
