package io.opensergo.cli;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Follows kinds of rules for one application and prints what comes: snapshots to the output, and
 * what is refused or fails to the errors, a line for each reason.
 */
final class Watch {

    private final Target target;
    private final List<? extends RuleKind<?>> kinds;
    private final SnapshotFormat format;
    private final PrintWriter out;
    private final PrintWriter err;

    /** Kinds that were answered or refused. */
    private final Set<RuleKind<?>> heard = new HashSet<>();

    /** Refusals that were not printed yet, so that those for one reason become one line. */
    private final List<Answer> refusals = new ArrayList<>();

    /** Tells that no further kind is waited for. */
    private final Sinks.Empty<Void> settled = Sinks.empty();

    /** Whether refusals wait for others. */
    private boolean gathering = true;

    private Heard result = Heard.NOTHING;
    private @Nullable Phase told;

    Watch(
            Target target,
            List<? extends RuleKind<?>> kinds,
            SnapshotFormat format,
            PrintWriter out,
            PrintWriter err) {
        this.target = target;
        this.kinds = kinds;
        this.format = format;
        this.out = out;
        this.err = err;
    }

    /** What was heard of the rules in the end. */
    enum Heard {
        /** Nothing. */
        NOTHING,
        /**
         * The control plane was silent about every kind, which may mean that there are no rules.
         */
        SILENCE,
        /** The rules of a kind at least. */
        RULES
    }

    /** What the control plane says about a kind: a snapshot, or why there will be none. */
    private record Answer(
            RuleKind<?> kind, @Nullable RuleSnapshot<?> snapshot, @Nullable String refusal) {}

    /**
     * Follows the rules until every kind was refused or the time is over.
     *
     * @param time for how long, counted from when every kind was answered or refused; {@code null}
     *     for ever
     * @param patience how long that is waited for; a client that is refused as a whole is not
     *     waited for
     * @return what was heard and printed
     */
    Heard run(OpenSergoClient client, @Nullable Duration time, Duration patience) {
        Disposable states = client.states().subscribe(this::tell);
        Disposable waiting = Mono.delay(patience).subscribe(tick -> endPatience(client, patience));
        Flux.fromIterable(kinds)
                .flatMap(kind -> follow(client, kind), kinds.size())
                .doOnNext(this::take)
                .takeUntilOther(time == null ? Mono.never() : settled.asMono().then(rest(time)))
                .blockLast();
        waiting.dispose();
        states.dispose();
        tell(client.state()); // which may not have come yet
        return end();
    }

    /** What remains of the time once no further kind is waited for. */
    private Mono<?> rest(Duration time) {
        return Mono.defer(() -> hasHeard() ? Mono.delay(time) : Mono.empty());
    }

    private synchronized boolean hasHeard() {
        return !heard.isEmpty();
    }

    private synchronized Heard end() {
        printRefusals();
        return result;
    }

    private <R extends Rule> Flux<Answer> follow(OpenSergoClient client, RuleKind<R> kind) {
        return client.rules(target, kind)
                .map(snapshot -> new Answer(kind, snapshot, null))
                .onErrorResume(error -> Mono.just(new Answer(kind, null, reason(error))));
    }

    /** Returns the reason without the kind, if the kind is all that it is about. */
    private static String reason(Throwable error) {
        String message = error.getMessage() == null ? error.toString() : error.getMessage();
        return error instanceof SubscriptionRefusedException refused
                ? message.replace(refused.key().toString(), "this")
                : message;
    }

    private synchronized void take(Answer answer) {
        heard.add(answer.kind());
        RuleSnapshot<?> snapshot = answer.snapshot();
        if (snapshot == null) {
            refusals.add(answer);
        } else {
            print(snapshot);
        }
        if (heard.size() == kinds.size()) {
            gathering = false;
        }
        if (!gathering) {
            printRefusals();
            settled.tryEmitEmpty();
        }
    }

    /** Waits no longer for kinds that were neither answered nor refused, and names them. */
    private synchronized void endPatience(OpenSergoClient client, Duration patience) {
        gathering = false;
        printRefusals();
        if (heard.size() == kinds.size() || told == Phase.REFUSED) {
            return;
        }
        String within = " within " + DurationConverter.text(patience);
        if (heard.isEmpty()) {
            say("error: no answer from " + client.state().endpoint() + within);
        } else {
            say("warning: no answer about " + names(missing()) + " of " + target + within);
        }
        settled.tryEmitEmpty();
    }

    private List<? extends RuleKind<?>> missing() {
        return kinds.stream().filter(kind -> !heard.contains(kind)).toList();
    }

    private static String names(List<? extends RuleKind<?>> kinds) {
        return kinds.stream().map(RuleKind::name).collect(Collectors.joining(", "));
    }

    private void print(RuleSnapshot<?> snapshot) {
        out.println(format.format(snapshot));
        out.flush();
        if (snapshot.origin() != Origin.ASSUMED_EMPTY) {
            result = Heard.RULES;
        } else if (result == Heard.NOTHING) {
            result = Heard.SILENCE;
        }
    }

    private void printRefusals() {
        Map<String, List<RuleKind<?>>> kindsByReason = new LinkedHashMap<>();
        for (Answer answer : refusals) {
            kindsByReason
                    .computeIfAbsent(String.valueOf(answer.refusal()), reason -> new ArrayList<>())
                    .add(answer.kind());
        }
        refusals.clear();
        kindsByReason.forEach(
                (reason, affected) -> {
                    boolean all = affected.size() == kinds.size() && affected.size() > 1;
                    String what = all ? "every kind" : names(affected);
                    say("error: " + what + " of " + target + ": " + reason);
                });
    }

    /** Tells of a connection that was made or lost, each once. */
    private synchronized void tell(ConnectionState state) {
        Phase phase = state.phase() == Phase.STALE ? Phase.READY : state.phase();
        if (phase == told || phase == Phase.CONNECTING || phase == Phase.CLOSED) {
            return;
        }
        told = phase;
        if (phase == Phase.READY) {
            say("Connected to " + state.endpoint());
        } else {
            String cause = state.cause() == null ? state.toString() : state.cause().getMessage();
            say((phase == Phase.REFUSED ? "error: " : "warning: ") + cause);
        }
        if (phase == Phase.REFUSED) {
            settled.tryEmitEmpty(); // said before, so that the reason is never lost
        }
    }

    private void say(String line) {
        err.println(line);
        err.flush();
    }
}
