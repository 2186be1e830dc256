package io.opensergo.spring.conformance;

import io.opensergo.conformance.ConformanceDriver;
import io.opensergo.conformance.Decision;
import io.opensergo.conformance.Feature;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.conformance.governor.GovernorDriver;
import io.opensergo.spring.conformance.Signals.Arrived;
import io.opensergo.spring.conformance.Signals.Refused;
import io.opensergo.spring.conformance.Signals.Signal;
import io.opensergo.spring.conformance.Signals.Waiting;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the requests of a case over sockets; rules, load and time are those of a governor. */
final class HttpDriver implements ConformanceDriver {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final GovernorDriver governor;
    private final ConformingServer server;
    private final Signals signals;

    HttpDriver(GovernorDriver governor, ConformingServer server, Signals signals) {
        this.governor = governor;
        this.server = server;
        this.signals = signals;
        signals.clear();
        server.govern(governor.governor());
    }

    @Override
    public Set<Feature> features() {
        return server.features();
    }

    @Override
    public void applyRules(RuleDocuments rules) {
        governor.applyRules(rules);
    }

    @Override
    public void changeLoad(Load load) {
        governor.changeLoad(load);
    }

    @Override
    public void advanceTo(Duration sinceStart) {
        governor.advanceTo(sinceStart);
    }

    /** A resource is named as a server names it, so that its name says what to ask for. */
    @Override
    public Call begin(GuardedRequest request) {
        String[] parts = request.resource().split(":", 2);
        var asked =
                HttpRequest.newBuilder(URI.create(server.url() + parts[1]))
                        .method(parts[0], HttpRequest.BodyPublishers.noBody())
                        .build();
        CompletableFuture<HttpResponse<Void>> answer =
                HTTP.sendAsync(asked, HttpResponse.BodyHandlers.discarding());
        return new HttpCall(answer, signals.next(answer));
    }

    @Override
    public void close() {
        governor.close();
    }

    private final class HttpCall implements Call {

        private final CompletableFuture<HttpResponse<Void>> answer;
        private final Decision decision;
        private @Nullable Runnable turn;
        private @Nullable IntConsumer end;

        HttpCall(CompletableFuture<HttpResponse<Void>> answer, Signal signal) {
            this.answer = answer;
            this.decision = heard(signal);
        }

        private Decision heard(Signal signal) {
            if (signal instanceof Waiting waiting) {
                turn = waiting.turn();
                return new Decision.Admitted(waiting.delay().minus(server.lateness()));
            }
            turn = null;
            if (signal instanceof Arrived arrived) {
                end = arrived.end();
                return Decision.Admitted.AT_ONCE;
            }
            if (server.tellsTheEndOfRefusals()) {
                signals.awaitEnd();
            }
            answer.join(); // nothing of it is left when the next one comes
            return GovernorDriver.refused(((Refused) signal).rejection());
        }

        @Override
        public Decision decision() {
            return decision;
        }

        @Override
        public Decision proceed() {
            if (turn == null) {
                return Decision.Admitted.AT_ONCE;
            }
            turn.run();
            return heard(signals.next(answer));
        }

        @Override
        public void end(Outcome outcome) {
            boolean isCancelled = outcome.type() == Outcome.Type.CANCELLED;
            if (isCancelled) {
                answer.cancel(true);
                signals.awaitEnd();
            }
            if (end != null) {
                end.accept(outcome.type() == Outcome.Type.ERROR ? 500 : 200);
            }
            if (!isCancelled) {
                answer.join();
                signals.awaitEnd();
            }
        }
    }
}
