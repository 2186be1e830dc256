package io.opensergo.conformance.cases;

import io.opensergo.conformance.cases.Expectation.Fallback;
import io.opensergo.conformance.cases.Expectation.Range;
import io.opensergo.conformance.cases.Expectation.RetryAfter;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads the decisions that a case file expects. */
final class ExpectationReader {

    private static final String NONE = "none";

    private ExpectationReader() {}

    static Expectation read(Located value) {
        if (value.isText()) {
            return switch (value.text()) {
                case "anything" -> new Expectation.Anything();
                case "admitted" -> new Expectation.Admitted(Duration.ZERO, null);
                case "refused" -> new Expectation.Refused(null, null, null, null, null);
                default ->
                        throw value.unreadable(
                                "must be anything, admitted, refused, {waits: DURATION} or {refused: ...}, was "
                                        + value.describe());
            };
        }
        Fields fields = value.fields();
        String name = fields.exactlyOne(List.of("waits", "refused"));
        Located detail = fields.required(name);
        Expectation expectation =
                name.equals("waits")
                        ? new Expectation.Admitted(
                                Scalars.duration(detail),
                                fields.optional("then", ExpectationReader::refusal))
                        : refused(detail.fields());
        fields.end();
        return expectation;
    }

    private static Expectation.Refused refusal(Located value) {
        if (read(value) instanceof Expectation.Refused refused) {
            return refused;
        }
        throw value.unreadable("must be refused or {refused: ...}, was " + value.describe());
    }

    private static Expectation refused(Fields fields) {
        var refused =
                new Expectation.Refused(
                        fields.optional("by", ExpectationReader::kind),
                        fields.optional("strategy", Scalars::filledText),
                        fields.optional("rule", Scalars::filledText),
                        fields.optional("retryAfter", ExpectationReader::retryAfter),
                        fields.optional("fallback", ExpectationReader::fallback));
        fields.end();
        return refused;
    }

    private static StrategyKind kind(Located value) {
        String name = value.text();
        return Arrays.stream(StrategyKind.values())
                .filter(kind -> kind.documentName().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                value.unreadable(
                                        "must be one of "
                                                + Arrays.stream(StrategyKind.values())
                                                        .map(StrategyKind::documentName)
                                                        .toList()
                                                + ", was "
                                                + value.describe()));
    }

    private static RetryAfter retryAfter(Located value) {
        if (value.isText() && value.text().equals(NONE)) {
            return new RetryAfter(null);
        }
        if (value.isText()) {
            Duration exactly = Scalars.duration(value);
            return new RetryAfter(new Range(exactly, exactly));
        }
        Fields fields = value.fields();
        var range =
                new Range(
                        Scalars.duration(fields.required("from")),
                        Scalars.duration(fields.required("to")));
        fields.end();
        return new RetryAfter(range);
    }

    private static Fallback fallback(Located value) {
        return value.isText() && value.text().equals(NONE)
                ? new Fallback(null)
                : new Fallback(response(value));
    }

    static HttpResponse response(Located value) {
        Fields fields = value.fields();
        int status = Scalars.integer(fields.required("status"));
        String body = fields.optional("body", Located::text);
        Map<String, String> headers =
                fields.optional("headers", each -> each.fields().texts(), Map.of());
        fields.end();
        return new HttpResponse(status, body, headers);
    }
}
