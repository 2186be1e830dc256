package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.AuditLog;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Who one is, logging in and out, and what was done and refused. */
final class SessionApi {

    private static final int MAX_TOKEN = 4096;

    /** A login. */
    record Login(@Nullable String token) {

        @Override
        public String toString() {
            return "Login[token=hidden]";
        }
    }

    /**
     * Who makes a request.
     *
     * @param name its name
     * @param proof how it showed that
     * @param open whether nobody is asked who it is
     * @param seesAll whether it may see what belongs to no application
     */
    record Who(String name, String proof, boolean open, boolean seesAll) {}

    /** What was done and refused. */
    record Audit(List<AuditLog.Event> events) {}

    private final Gate gate;
    private final AuditLog audit;

    SessionApi(Gate gate, AuditLog audit) {
        this.gate = gate;
        this.audit = audit;
    }

    Answer who(Exchange exchange) {
        exchange.allowQuery();
        Identity identity = Gate.callerOf(exchange);
        return Answer.json(
                new Who(
                        identity.name(),
                        identity.proof().name().toLowerCase(Locale.ROOT),
                        identity.proof() == Identity.Proof.NONE,
                        identity.maySeeAll()));
    }

    Answer login(Exchange exchange) {
        String token = exchange.body(Login.class).token();
        if (token == null || token.isEmpty() || token.length() > MAX_TOKEN) {
            throw HttpProblem.badRequest("'token' is missing or too long");
        }
        return gate.login(exchange, token);
    }

    Answer logout(Exchange exchange) {
        return gate.logout(exchange);
    }

    Answer audit(Exchange exchange) {
        exchange.allowQuery("limit", "client", "action", "outcome");
        if (!Gate.callerOf(exchange).maySeeAll()) {
            throw new HttpProblem(
                    403, "forbidden", "only a token that opens everything shows the audit log");
        }
        String client = exchange.query("client");
        String action = exchange.query("action");
        String outcome = exchange.query("outcome");
        return Answer.json(
                new Audit(
                        audit.latest(
                                exchange.intQuery("limit", 100, 1, 1000),
                                event ->
                                        (client == null || event.client().equals(client))
                                                && (action == null || event.action().equals(action))
                                                && (outcome == null
                                                        || event.outcome().equals(outcome)))));
    }
}
