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
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in the calls of known clients, to whichever service, and asks what they may read.
 *
 * <p>Fails closed: an authorizer that throws has said no.
 */
final class Admission implements ServerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "bearer ";

    private final @Nullable Authorizer authorizer;
    private final Counters counters;
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * @param authorizer {@code null} lets everybody in and read everything
     */
    Admission(@Nullable Authorizer authorizer, Counters counters) {
        this.authorizer = authorizer;
        this.counters = counters;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        Attributes connection = call.getAttributes();
        Caller caller = Caller.at(connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        if (authorizer != null) {
            String name = nameOf(authorizer, caller, connection, headers);
            if (name.isEmpty()) {
                counters.unauthenticated.increment();
                call.close(
                        Status.UNAUTHENTICATED.withDescription(
                                "the control plane knows no client by these credentials"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
            caller = caller.named(name);
        }
        return Contexts.interceptCall(
                Context.current().withValue(Caller.KEY, caller), call, headers, next);
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
            failed(e);
            return "";
        }
    }

    /** Returns whether a caller may read the rules of a key; to be asked while no lock is held. */
    boolean mayRead(Caller caller, RuleKey key) {
        if (authorizer == null) {
            return true;
        }
        try {
            boolean answer =
                    authorizer.mayRead(caller.principal(), key.namespace(), key.app(), key.kind());
            failing.set(false);
            return answer;
        } catch (RuntimeException e) {
            failed(e);
            return false;
        }
    }

    private void failed(RuntimeException e) {
        if (!failing.getAndSet(true)) {
            LOG.error("The authorizer failed, which counts as a no until it answers again", e);
        }
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
