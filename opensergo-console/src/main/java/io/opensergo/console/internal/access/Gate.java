package io.opensergo.console.internal.access;

import io.opensergo.console.internal.access.Identity.Proof;
import io.opensergo.console.internal.access.Sessions.Session;
import io.opensergo.console.internal.http.Admission;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Endpoint;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ClientCredentials;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks of each request who makes it, before anything else of it is looked at, and begins and ends
 * sessions. For any number of threads.
 */
public final class Gate implements Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    private static final String BEARER = "bearer ";
    private static final String COOKIE_IN_PLAINTEXT = "opensergo-session";

    /** Browsers take it only by TLS, and from this host and path alone. */
    private static final String COOKIE = "__Host-opensergo-session";

    /** What everybody on this machine is called where nobody is asked. */
    public static final String ANYBODY = "anybody on this machine";

    private final @Nullable Authorizer authorizer;
    private final String configuredHost;
    private final AuditLog audit;
    private final Sessions sessions;
    private final AttemptLimit attempts;
    private final Duration lifetime;

    /**
     * @param authorizer {@code null} asks nobody
     * @param configuredHost what the console was told to listen on
     * @param lifetime how long a session lasts; a twelfth of it without a request
     */
    public Gate(
            @Nullable Authorizer authorizer,
            String configuredHost,
            AuditLog audit,
            Duration lifetime,
            LongSupplier nanoTime) {
        this.authorizer = authorizer;
        this.configuredHost = configuredHost;
        this.audit = audit;
        this.lifetime = lifetime;
        this.sessions = new Sessions(lifetime, lifetime.dividedBy(6), nanoTime);
        this.attempts = new AttemptLimit(10, Duration.ofSeconds(6), nanoTime);
    }

    @Override
    public void admit(Exchange exchange, Endpoint endpoint) {
        if (authorizer == null) {
            SameOrigin.requireThisMachine(exchange, configuredHost);
        }
        if (endpoint.access() == Endpoint.Access.OPEN) {
            return;
        }
        Identity identity = identify(exchange);
        exchange.caller(identity);
        if (endpoint.isUnsafe()) {
            try {
                SameOrigin.requireFor(exchange, identity.proof());
            } catch (HttpProblem e) {
                audit.refused(
                        identity.name(),
                        identity.remoteAddress(),
                        endpoint.method() + " " + endpoint.path(),
                        String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }

    private Identity identify(Exchange exchange) {
        if (authorizer == null) {
            return new Identity(ANYBODY, exchange.remoteAddress(), Proof.NONE, null);
        }
        if (exchange.header("Authorization") != null) {
            return byToken(authorizer, exchange);
        }
        Identity byCookie = bySession(authorizer, exchange);
        if (byCookie != null) {
            return byCookie;
        }
        if (exchange.certificate().isPresent()) {
            String name = nameOf(authorizer, exchange, null);
            if (name != null) {
                return new Identity(name, exchange.remoteAddress(), Proof.CERTIFICATE, authorizer);
            }
        }
        throw unauthenticated("log in, or send a bearer token in the header Authorization");
    }

    private Identity byToken(Authorizer judge, Exchange exchange) {
        String header = String.valueOf(exchange.header("Authorization"));
        String token =
                header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                        ? header.substring(BEARER.length()).strip()
                        : "";
        String name = requireKnown(judge, exchange, token, "bearer token");
        return new Identity(name, exchange.remoteAddress(), Proof.TOKEN, judge);
    }

    private @Nullable Identity bySession(Authorizer judge, Exchange exchange) {
        String id = exchange.cookie(cookieName(exchange));
        Session session = id == null ? null : sessions.find(id);
        if (session == null) {
            return null;
        }
        if (!session.client().equals(nameOf(judge, exchange, session.token()))) {
            sessions.end(String.valueOf(id));
            audit.refused(
                    session.client(),
                    exchange.remoteAddress(),
                    "session",
                    "ended, since its token is no longer known");
            return null;
        }
        return new Identity(session.client(), exchange.remoteAddress(), Proof.SESSION, judge);
    }

    /** Wrong tokens are counted, wherever they stand, or a limit of logins would be no limit. */
    private String requireKnown(Authorizer judge, Exchange exchange, String token, String action) {
        long seconds = attempts.secondsToWait(exchange.remoteHost());
        if (seconds > 0) {
            throw new HttpProblem(
                            429, "too-many-attempts", "too many wrong tokens; try again later")
                    .header("Retry-After", Long.toString(seconds));
        }
        String name = token.isEmpty() ? null : nameOf(judge, exchange, token);
        if (name == null) {
            attempts.failed(exchange.remoteHost());
            audit.refused("", exchange.remoteAddress(), action, "the token is not known");
            throw unauthenticated("the token is not known");
        }
        return name;
    }

    /** An authorizer that fails lets nobody in, and is no reason to end a session. */
    private static @Nullable String nameOf(
            Authorizer judge, Exchange exchange, @Nullable String token) {
        try {
            String name =
                    judge.authenticate(
                            new ClientCredentials(
                                    token,
                                    exchange.certificate().orElse(null),
                                    exchange.remoteAddress()));
            return name == null || name.isEmpty() ? null : name;
        } catch (RuntimeException | Error e) {
            LOG.error("The authorizer failed; the console answers 503 until it does not", e);
            throw Identity.failed();
        }
    }

    private static HttpProblem unauthenticated(String detail) {
        return new HttpProblem(401, "unauthenticated", detail)
                .header("WWW-Authenticate", "Bearer realm=\"OpenSergo console\"");
    }

    /**
     * Begins a session and answers with its cookie.
     *
     * @throws HttpProblem 401 if the token is not known, 403 if another site asks, 429 after too
     *     many wrong tokens, 404 if nobody is asked here
     */
    public Answer login(Exchange exchange, String token) {
        SameOrigin.requireFor(exchange, Proof.SESSION);
        if (authorizer == null) {
            throw HttpProblem.notFound("this console asks for no login");
        }
        String name = requireKnown(authorizer, exchange, token, "login");
        String before = exchange.cookie(cookieName(exchange));
        if (before != null) {
            sessions.end(before);
        }
        String id = sessions.begin(new Session(name, token));
        audit.done(name, exchange.remoteAddress(), "login", "");
        return Answer.empty(204).with("Set-Cookie", cookie(exchange, id, lifetime.toSeconds()));
    }

    /** Ends the session of a request, if it has one, and takes its cookie away. */
    public Answer logout(Exchange exchange) {
        String id = exchange.cookie(cookieName(exchange));
        if (id != null) {
            Session session = sessions.find(id);
            sessions.end(id);
            if (session != null) {
                audit.done(session.client(), exchange.remoteAddress(), "logout", "");
            }
        }
        return Answer.empty(204).with("Set-Cookie", cookie(exchange, "", 0));
    }

    private static String cookieName(Exchange exchange) {
        return exchange.isSecure() ? COOKIE : COOKIE_IN_PLAINTEXT;
    }

    private static String cookie(Exchange exchange, String id, long seconds) {
        return cookieName(exchange)
                + "="
                + id
                + "; Path=/; Max-Age="
                + seconds
                + "; HttpOnly; SameSite=Strict"
                + (exchange.isSecure() ? "; Secure" : "");
    }

    /** Returns who makes a request that was let in. */
    public static Identity callerOf(Exchange exchange) {
        return exchange.caller(Identity.class);
    }
}
