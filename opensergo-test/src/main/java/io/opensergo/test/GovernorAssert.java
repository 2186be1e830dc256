package io.opensergo.test;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Plan;
import io.opensergo.governance.PlanProblem;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.TrafficColour;
import java.util.Arrays;

/** An assertion on where requests go, and on the rules in force. For one thread. */
public final class GovernorAssert {

    private final Governor governor;

    GovernorAssert(Governor governor) {
        this.governor = governor;
    }

    /** Begins an assertion on what becomes of a request that the process makes. */
    public RouteAssert routes(RequestView request) {
        return new RouteAssert(governor, request);
    }

    /** Begins an assertion on what becomes of a request that the process makes. */
    public RouteAssert routes(RequestView.Builder request) {
        return routes(request.build());
    }

    /** Expects that a request that comes in gets the colour of a lane, or keeps it. */
    public GovernorAssert colours(RequestView request, String lane) {
        TrafficColour colour = governor.lanes().receive(request);
        if (colour == null || !colour.name().equals(lane)) {
            throw new AssertionError(
                    "expected that the request gets the colour '"
                            + lane
                            + "', but "
                            + (colour == null ? "it has none" : "it has '" + colour.name() + "'"));
        }
        return this;
    }

    /** Expects that a request that comes in has no colour, and gets none. */
    public GovernorAssert leavesColourless(RequestView request) {
        TrafficColour colour = governor.lanes().receive(request);
        if (colour != null) {
            throw new AssertionError(
                    "expected that the request gets no colour, but it has '" + colour.name() + "'");
        }
        return this;
    }

    /** Expects that the rules in force name these resources, and perhaps others. */
    public GovernorAssert protects(String... resources) {
        Plan plan = governor.plan();
        if (!plan.resources().containsAll(Arrays.asList(resources))) {
            throw new AssertionError(
                    "expected rules for "
                            + MessageText.names(Arrays.asList(resources))
                            + ", but those in force are for "
                            + MessageText.names(plan.resources()));
        }
        return this;
    }

    /** Expects that all rules in force can be used as they are written. */
    public GovernorAssert hasNoProblems() {
        Plan plan = governor.plan();
        if (!plan.problems().isEmpty()) {
            throw new AssertionError(
                    "expected a plan without problems, but it has"
                            + MessageText.lines(plan.problems()));
        }
        return this;
    }

    /** Expects that the plan has a problem of a type, and perhaps others. */
    public GovernorAssert hasProblem(PlanProblem.Type type) {
        Plan plan = governor.plan();
        if (plan.problems().stream().noneMatch(problem -> problem.type() == type)) {
            throw new AssertionError(
                    "expected a plan with the problem "
                            + type
                            + ", but it has"
                            + (plan.problems().isEmpty()
                                    ? " none"
                                    : MessageText.lines(plan.problems())));
        }
        return this;
    }
}
