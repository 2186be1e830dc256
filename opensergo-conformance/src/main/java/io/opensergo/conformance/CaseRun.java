package io.opensergo.conformance;

import io.opensergo.conformance.ConformanceDriver.Call;
import io.opensergo.conformance.cases.Action;
import io.opensergo.conformance.cases.ConformanceCase;
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
     * @param isEnd whether a request ends, which comes before all that begins at that time
     * @param number counts the events in the order in which they were scheduled
     */
    private record Event(Duration at, boolean isEnd, int number, Runnable action) {

        static final Comparator<Event> ORDER =
                Comparator.comparing(Event::at)
                        .thenComparing(event -> !event.isEnd)
                        .thenComparingInt(Event::number);
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

    private void schedule(Duration at, boolean isEnd, Runnable action) {
        events.add(new Event(at, isEnd, scheduled++, action));
    }

    private void schedule(Step step) {
        Action action = step.action();
        if (action instanceof Action.Send send) {
            for (int i = 0; i < send.times(); i++) {
                int number = i + 1;
                Duration at = step.at().plus(send.every().multipliedBy(i));
                schedule(at, false, () -> begin(step, send, number));
            }
        } else if (action instanceof Action.Route route) {
            schedule(step.at(), false, () -> route(step, route));
        } else if (action instanceof Action.End end) {
            schedule(step.at(), false, () -> end(step, end));
        } else if (action instanceof Action.ReplaceRules edit) {
            schedule(step.at(), false, () -> driver.applyRules(edit.rules()));
        } else if (action instanceof Action.ChangeLoad change) {
            schedule(step.at(), false, () -> driver.changeLoad(change.load()));
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
            } else {
                Duration end = now.plus(admitted.delay()).plus(send.takes());
                schedule(end, true, () -> call.end(send.outcome()));
            }
        }
    }

    private void route(Step step, Action.Route route) {
        Map<RouteTarget, Integer> counts = new HashMap<>();
        for (int number = 1; number <= route.times(); number++) {
            Routing routing = driver.route(route.request());
            counts.merge(routing.target(), 1, Integer::sum);
            if (route.expected() instanceof RouteExpectation.Each each
                    && !judge.accepts(each, routing)) {
                report(step, number, each.toString(), routing.toString());
            }
        }
        if (route.expected() instanceof RouteExpectation.Shares shares
                && !judge.accepts(shares, counts)) {
            report(step, route.times(), shares.toString(), counts.toString());
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
