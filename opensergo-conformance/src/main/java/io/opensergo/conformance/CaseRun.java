package io.opensergo.conformance;

import io.opensergo.conformance.ConformanceDriver.Call;
import io.opensergo.conformance.cases.Action;
import io.opensergo.conformance.cases.ConformanceCase;
import io.opensergo.conformance.cases.Expectation;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RouteExpectation;
import io.opensergo.conformance.cases.RouteTarget;
import io.opensergo.conformance.cases.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;

/** One run of a case: lets what happens in it happen in the order of time. For one use. */
final class CaseRun {

    private final ConformanceCase conformanceCase;
    private final ConformanceDriver driver;
    private final Judge judge;
    private final Queue<Event> events = new PriorityQueue<>(Event.ORDER);
    private final Map<String, Call> inFlight = new HashMap<>();
    private final Map<Step, Mismatch> mismatches = new LinkedHashMap<>();
    private int scheduled;
    private Duration now = Duration.ZERO;

    CaseRun(ConformanceCase conformanceCase, ConformanceDriver driver, Judge judge) {
        this.conformanceCase = conformanceCase;
        this.driver = driver;
        this.judge = judge;
    }

    /**
     * Something that happens at a time.
     *
     * @param kind what comes first of all that happens at that time
     * @param number counts the events in the order in which they were scheduled
     */
    private record Event(Duration at, Kind kind, int number, Runnable action) {

        static final Comparator<Event> ORDER =
                Comparator.comparing(Event::at)
                        .thenComparing(Event::kind)
                        .thenComparingInt(Event::number);
    }

    /** A request ends, or the turn of one comes, before another begins. */
    private enum Kind {
        END,
        TURN,
        STEP
    }

    List<Mismatch> run() {
        driver.applyRules(conformanceCase.rules());
        conformanceCase.steps().forEach(this::schedule);
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event.at().compareTo(now) > 0) {
                now = event.at();
                driver.advanceTo(now);
            }
            event.action().run();
        }
        inFlight.values().forEach(call -> call.end(Outcome.SUCCESS));
        return new ArrayList<>(mismatches.values());
    }

    private void schedule(Duration at, Kind kind, Runnable action) {
        events.add(new Event(at, kind, scheduled++, action));
    }

    private void schedule(Step step) {
        Action action = step.action();
        if (action instanceof Action.Send send) {
            for (int i = 0; i < send.times(); i++) {
                int number = i + 1;
                Duration at = step.at().plus(send.every().multipliedBy(i));
                schedule(at, Kind.STEP, () -> begin(step, send, number));
            }
        } else if (action instanceof Action.Route route) {
            schedule(step.at(), Kind.STEP, () -> route(step, route));
        } else if (action instanceof Action.End end) {
            schedule(step.at(), Kind.STEP, () -> end(step, end));
        } else if (action instanceof Action.ReplaceRules edit) {
            schedule(step.at(), Kind.STEP, () -> driver.applyRules(edit.rules()));
        } else if (action instanceof Action.ChangeLoad change) {
            schedule(step.at(), Kind.STEP, () -> driver.changeLoad(change.load()));
        }
    }

    private void begin(Step step, Action.Send send, int number) {
        Call call = driver.begin(send.request());
        Decision decision = call.decision();
        if (!judge.accepts(send.expected(), decision)) {
            report(step, number, send.expected().toString(), decision.toString());
        }
        if (decision instanceof Decision.Admitted admitted) {
            if (send.id() != null) {
                inFlight.put(send.id(), call);
            }
            if (!admitted.delay().isZero()) {
                schedule(
                        now.plus(admitted.delay()),
                        Kind.TURN,
                        () -> proceed(step, send, number, call));
            } else if (send.id() == null) {
                scheduleEnd(send, call);
            }
        }
    }

    private void scheduleEnd(Action.Send send, Call call) {
        schedule(now.plus(send.takes()), Kind.END, () -> call.end(send.outcome()));
    }

    private void proceed(Step step, Action.Send send, int number, Call call) {
        if (send.id() != null && !inFlight.containsKey(send.id())) {
            return; // it has left the line
        }
        Decision decision = call.proceed();
        if (!judge.accepts(atTurn(send.expected()), decision)) {
            report(step, number, send.expected().toString(), "at its turn " + decision);
        }
        if (decision instanceof Decision.Refused) {
            inFlight.values().remove(call);
        } else if (send.id() == null) {
            scheduleEnd(send, call);
        }
    }

    private static Expectation atTurn(Expectation expected) {
        if (!(expected instanceof Expectation.Admitted admitted)) {
            return new Expectation.Anything();
        }
        return admitted.then() == null
                ? new Expectation.Admitted(Duration.ZERO, null)
                : admitted.then();
    }

    private void route(Step step, Action.Route route) {
        Map<RouteTarget, Integer> counts = new HashMap<>();
        Map<String, Integer> happened = new HashMap<>();
        for (int number = 1; number <= route.times(); number++) {
            Routing routing = driver.route(route.request());
            counts.merge(routing.target(), 1, Integer::sum);
            routing.actions().keySet().forEach(name -> happened.merge(name, 1, Integer::sum));
            if (route.expected() instanceof RouteExpectation.Each each
                    && !judge.accepts(each, routing)) {
                report(step, number, each.toString(), routing.toString());
            }
        }
        if (route.expected() instanceof RouteExpectation.Shares shares
                && !judge.accepts(shares, counts)) {
            report(step, route.times(), shares.toString(), counts.toString());
        }
        if (route.expected() instanceof RouteExpectation.Happens happens
                && !judge.accepts(happens, happened, route.times())) {
            report(step, route.times(), happens.toString(), happened.toString());
        }
    }

    private void end(Step step, Action.End end) {
        Call call = inFlight.remove(end.id());
        if (call == null) {
            report(step, 1, "request '" + end.id() + "' to be in flight", "refused");
        } else {
            call.end(end.outcome());
        }
    }

    private void report(Step step, int number, String expected, String actual) {
        mismatches.putIfAbsent(step, new Mismatch(step.line(), now, number, expected, actual));
    }
}
