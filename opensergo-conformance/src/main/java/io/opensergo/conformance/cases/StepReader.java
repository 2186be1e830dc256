package io.opensergo.conformance.cases;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the steps of a case file. */
final class StepReader {

    private static final List<String> ACTIONS = List.of("send", "route", "end", "rules", "load");

    private final Function<Located, RuleDocuments> documents;

    StepReader(Function<Located, RuleDocuments> documents) {
        this.documents = documents;
    }

    Step read(Located item) {
        Fields fields = item.fields();
        Duration at = Scalars.duration(fields.required("at"));
        String name = fields.exactlyOne(ACTIONS);
        Located value = fields.required(name);
        Action action =
                switch (name) {
                    case "send" -> send(value, fields);
                    case "route" -> route(value, fields);
                    case "end" -> new Action.End(Scalars.filledText(value), outcome(fields));
                    case "rules" -> new Action.ReplaceRules(documents.apply(value));
                    default -> new Action.ChangeLoad(load(value));
                };
        fields.end();
        return new Step(item.line(), at, action);
    }

    private static Action send(Located resource, Fields fields) {
        boolean outbound = fields.optional("outbound", Scalars::flag, false);
        var request = new GuardedRequest(Scalars.filledText(resource), outbound);
        String id = fields.optional("id", Scalars::filledText);
        Duration takes = Duration.ZERO;
        Outcome outcome = Outcome.SUCCESS;
        int times = 1;
        Duration every = Duration.ZERO;
        if (id == null) {
            takes = fields.optional("takes", Scalars::duration, Duration.ZERO);
            outcome = outcome(fields);
            times = fields.optional("times", Scalars::positive, 1);
            every = fields.optional("every", Scalars::duration, Duration.ZERO);
        }
        Expectation expected = ExpectationReader.read(fields.required("expect"));
        return new Action.Send(request, id, takes, outcome, times, every, expected);
    }

    private static Action route(Located request, Fields fields) {
        return new Action.Route(
                RouteReader.request(request),
                fields.optional("times", Scalars::positive, 1),
                RouteReader.expectation(fields.required("expect")));
    }

    private static Outcome outcome(Fields fields) {
        return fields.optional("outcome", StepReader::outcome, Outcome.SUCCESS);
    }

    private static Outcome outcome(Located value) {
        if (value.isText()) {
            return switch (value.text()) {
                case "success" -> Outcome.SUCCESS;
                case "error" -> new Outcome(Outcome.Type.ERROR, null);
                case "cancelled" -> new Outcome(Outcome.Type.CANCELLED, null);
                default ->
                        throw value.unreadable(
                                "must be success, error, cancelled or {error: TYPE}, was "
                                        + value.describe());
            };
        }
        Fields fields = value.fields();
        String error = Scalars.filledText(fields.required("error"));
        fields.end();
        return new Outcome(Outcome.Type.ERROR, error);
    }

    static Load load(Located value) {
        Fields fields = value.fields();
        @Nullable Double cpu = fields.optional("cpu", Scalars::ratio);
        @Nullable Double average = fields.optional("loadAverage", Scalars::number);
        fields.end();
        return new Load(cpu == null ? 0 : cpu, average == null ? 0 : average);
    }
}
