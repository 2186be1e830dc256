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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Follows kinds of rules for one application and prints what comes: snapshots to the output, and
 * what is refused or fails to the errors, a line for each reason.
 */
final class Watch {

    /** How long refusals are gathered, so that those for one reason become one line. */
    private static final Duration GATHERING = Duration.ofMillis(300);

    private final Target target;
    private final List<? extends RuleKind<?>> kinds;
    private final SnapshotFormat format;
    private final PrintWriter out;
    private final PrintWriter err;

    /** Kinds that were answered or refused, and what tells that all of them were. */
    private final Set<RuleKind<?>> heard = ConcurrentHashMap.newKeySet();

    private final Sinks.Empty<Void> allHeard = Sinks.empty();
    private volatile Heard result = Heard.NOTHING;
    private volatile @Nullable Phase told;

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
     * @param patience how long it may take until then, if there is a time; a client that is refused
     *     as a whole is not waited for
     * @return what was heard and printed
     */
    Heard run(OpenSergoClient client, @Nullable Duration time, Duration patience) {
        client.states().subscribe(this::tell);
        Mono<?> end = time == null ? Mono.never() : end(client, time, patience);
        Flux.fromIterable(kinds)
                .flatMap(kind -> follow(client, kind), kinds.size())
                .doOnNext(this::hear)
                .takeUntilOther(end)
                .publish(
                        answers ->
                                Flux.merge(
                                        answers.doOnNext(this::print),
                                        answers.filter(answer -> answer.refusal() != null)
                                                .bufferTimeout(kinds.size(), GATHERING)
                                                .doOnNext(this::printRefusals)))
                .blockLast();
        if (heard.isEmpty() && told != Phase.REFUSED) {
            say("error: no answer from " + client.state().endpoint() + " within " + patience);
        }
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

    private void hear(Answer answer) {
        heard.add(answer.kind());
        if (heard.size() == kinds.size()) {
            allHeard.tryEmitEmpty();
        }
    }

    private Mono<?> end(OpenSergoClient client, Duration time, Duration patience) {
        Mono<?> refused = client.states().filter(state -> state.phase() == Phase.REFUSED).next();
        return Mono.firstWithSignal(allHeard.asMono(), refused, Mono.delay(patience))
                .then(Mono.defer(() -> heard.isEmpty() ? Mono.empty() : Mono.delay(time)));
    }

    private void print(Answer answer) {
        RuleSnapshot<?> snapshot = answer.snapshot();
        if (snapshot != null) {
            out.println(format.format(snapshot));
            out.flush();
            if (snapshot.origin() != Origin.ASSUMED_EMPTY) {
                result = Heard.RULES;
            } else if (result == Heard.NOTHING) {
                result = Heard.SILENCE;
            }
        }
    }

    private void printRefusals(List<Answer> refused) {
        Map<String, List<String>> kindsByReason = new LinkedHashMap<>();
        for (Answer answer : refused) {
            kindsByReason
                    .computeIfAbsent(String.valueOf(answer.refusal()), reason -> new ArrayList<>())
                    .add(answer.kind().name());
        }
        kindsByReason.forEach(
                (reason, names) ->
                        say(
                                "error: "
                                        + (names.size() == kinds.size() && names.size() > 1
                                                ? "every kind"
                                                : String.join(", ", names))
                                        + " of "
                                        + target
                                        + ": "
                                        + reason));
    }

    /** Tells of a connection that was made or lost, each once. */
    private void tell(ConnectionState state) {
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
    }

    private void say(String line) {
        err.println(line);
        err.flush();
    }
}
