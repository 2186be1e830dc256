package io.opensergo.console.internal.api;

import static io.opensergo.console.internal.http.Endpoint.get;
import static io.opensergo.console.internal.http.Endpoint.withBody;
import static io.opensergo.console.internal.http.Endpoint.withoutBody;

import io.opensergo.console.internal.access.AuditLog;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Endpoint;
import io.opensergo.console.internal.http.Endpoint.Access;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rulerepository.RuleRepository;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Every endpoint of the API. */
public final class Api {

    /** What every path begins with. */
    public static final String ROOT = "/api/v1";

    private static final int SMALL = 16 * 1024;
    private static final int LARGE = 2 * 1024 * 1024;

    private Api() {}

    /**
     * Returns every endpoint.
     *
     * @param repository where changes go; {@code null} if rules are only shown
     */
    public static List<Endpoint> endpoints(
            ControlPlane controlPlane,
            @Nullable RuleRepository repository,
            Gate gate,
            AuditLog audit,
            InstantSource clock) {
        var catalog = new Catalog(controlPlane, repository);
        var decisions = new DecisionsApi(controlPlane);
        var overview = new OverviewApi(controlPlane, catalog, decisions, clock);
        var applications = new ApplicationsApi(controlPlane);
        var rules = new RulesApi(catalog);
        var explain = new ExplainApi(catalog);
        var history = new HistoryApi(catalog, rules);
        var changes = new ChangesApi(catalog, rules, history, audit);
        var dryRun = new DryRunApi(controlPlane, catalog);
        var session = new SessionApi(gate, audit);
        byte[] document = document();
        return List.of(
                get(ROOT + "/openapi.json", Access.OPEN, exchange -> Answer.written(document)),
                get(ROOT + "/session", Access.KNOWN, session::who),
                withBody("POST", ROOT + "/session", Access.OPEN, SMALL, session::login),
                withoutBody("DELETE", ROOT + "/session", Access.KNOWN, session::logout),
                get(ROOT + "/audit", Access.KNOWN, session::audit),
                get(ROOT + "/overview", Access.KNOWN, overview::overview),
                get(ROOT + "/subscribers", Access.KNOWN, overview::subscribers),
                get(ROOT + "/applications", Access.KNOWN, applications::list),
                get(ROOT + "/application", Access.KNOWN, applications::one),
                get(ROOT + "/decisions", Access.KNOWN, decisions::decisions),
                get(ROOT + "/decision-history", Access.KNOWN, decisions::history),
                get(ROOT + "/kinds", Access.KNOWN, rules::kinds),
                get(ROOT + "/rules", Access.KNOWN, rules::list),
                get(ROOT + "/rule", Access.KNOWN, rules::one),
                withBody("PUT", ROOT + "/rule", Access.KNOWN, LARGE, changes::put),
                withoutBody("DELETE", ROOT + "/rule", Access.KNOWN, changes::delete),
                withBody("POST", ROOT + "/validate", Access.KNOWN, LARGE, rules::validate),
                withBody("POST", ROOT + "/explain", Access.KNOWN, LARGE, explain::explain),
                withBody("POST", ROOT + "/dry-run", Access.KNOWN, LARGE, dryRun::dryRun),
                withBody("POST", ROOT + "/diff", Access.KNOWN, LARGE, history::diff),
                get(ROOT + "/changes", Access.KNOWN, history::history),
                withBody("POST", ROOT + "/changes", Access.KNOWN, LARGE, changes::batch),
                withBody("POST", ROOT + "/restore", Access.KNOWN, SMALL, changes::restore));
    }

    private static byte[] document() {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            return Objects.requireNonNull(in, "the jar lacks openapi.json").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the jar's openapi.json cannot be read", e);
        }
    }
}
