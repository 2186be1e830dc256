package io.opensergo.conformance.cases;

import io.opensergo.conformance.cases.RouteExpectation.ExpectedColour;
import io.opensergo.conformance.cases.RouteExpectation.Share;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads requests that are to be routed, and what a case file expects of that. */
final class RouteReader {

    private static final String NONE = "none";
    private static final List<String> TARGETS = List.of("to", "redirect", "response");

    private RouteReader() {}

    static RouteRequest request(Located value) {
        Fields fields = value.fields();
        var request =
                new RouteRequest(
                        fields.optional("host", Scalars::filledText),
                        fields.optional("method", Scalars::filledText),
                        fields.optional("path", Scalars::filledText),
                        fields.optional("scheme", Scalars::filledText),
                        fields.optional("authority", Scalars::filledText),
                        fields.optional("port", Scalars::positive, 0),
                        fields.optional("headers", RouteReader::texts, Map.of()),
                        fields.optional("query", RouteReader::texts, Map.of()));
        fields.end();
        return request;
    }

    static Map<String, String> texts(Located value) {
        return value.fields().texts();
    }

    static List<Map<String, String>> instances(Located value) {
        return value.items().stream().map(RouteReader::texts).toList();
    }

    static Map<String, List<Map<String, String>>> services(Located value) {
        Map<String, List<Map<String, String>>> services = new LinkedHashMap<>();
        value.fields().all().forEach((name, service) -> services.put(name, instances(service)));
        return services;
    }

    static RouteExpectation expectation(Located value) {
        if (value.isText()) {
            return new RouteExpectation.Each(plainTarget(value), null, null);
        }
        Fields fields = value.fields();
        RouteExpectation expectation =
                fields.has("shares")
                        ? shares(fields)
                        : fields.has("happens") ? happens(fields) : each(fields);
        fields.end();
        return expectation;
    }

    private static RouteTarget plainTarget(Located value) {
        return switch (value.text()) {
            case "unrouted" -> new RouteTarget.Unrouted();
            case "no-instance" -> new RouteTarget.NoInstance();
            default ->
                    throw value.unreadable(
                            "must be unrouted, no-instance or an object with to, redirect, response, actions, colour, shares or happens, was "
                                    + value.describe());
        };
    }

    private static RouteExpectation each(Fields fields) {
        @Nullable RouteTarget to = fields.optional("to", RouteReader::destination);
        @Nullable RouteTarget redirect = fields.optional("redirect", RouteReader::redirect);
        @Nullable RouteTarget answer = fields.optional("response", RouteReader::answer);
        List<Map<String, String>> instances = fields.optional("instances", RouteReader::instances);
        ExpectedColour colour = fields.optional("colour", RouteReader::colour);
        Map<String, String> actions = fields.optional("actions", RouteReader::texts, Map.of());
        if (fields.isEmpty() || TARGETS.stream().filter(fields::has).count() > 1) {
            fields.exactlyOne(TARGETS);
        }
        RouteTarget target = to != null ? to : redirect != null ? redirect : answer;
        return new RouteExpectation.Each(target, instances, colour, actions);
    }

    private static RouteExpectation shares(Fields fields) {
        List<Share> shares =
                fields.required("shares").items().stream().map(RouteReader::share).toList();
        double within = Scalars.ratio(fields.required("within"));
        return new RouteExpectation.Shares(shares, within);
    }

    private static RouteExpectation happens(Fields fields) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        fields.required("happens")
                .fields()
                .all()
                .forEach((name, share) -> ratios.put(name, Scalars.ratio(share)));
        return new RouteExpectation.Happens(ratios, Scalars.ratio(fields.required("within")));
    }

    private static Share share(Located value) {
        Fields fields = value.fields();
        var share =
                new Share(
                        destination(fields.required("to")),
                        Scalars.ratio(fields.required("share")));
        fields.end();
        return share;
    }

    private static RouteTarget.Destination destination(Located value) {
        Fields fields = value.fields();
        var destination =
                new RouteTarget.Destination(
                        Scalars.filledText(fields.required("host")),
                        fields.optional("subset", Scalars::filledText),
                        fields.optional("port", Scalars::positive));
        fields.end();
        return destination;
    }

    private static RouteTarget redirect(Located value) {
        Fields fields = value.fields();
        var redirect =
                new RouteTarget.Redirect(
                        fields.optional("uri", Located::text),
                        fields.optional("authority", Located::text),
                        fields.optional("scheme", Located::text),
                        fields.optional("port", Scalars::positive),
                        fields.optional("derivePort", Located::text),
                        Scalars.positive(fields.required("code")));
        fields.end();
        return redirect;
    }

    private static RouteTarget answer(Located value) {
        return new RouteTarget.Answer(ExpectationReader.response(value));
    }

    private static ExpectedColour colour(Located value) {
        if (value.isText()) {
            String name = Scalars.filledText(value);
            return new ExpectedColour(name.equals(NONE) ? null : new Colour(name, null));
        }
        Fields fields = value.fields();
        var colour =
                new Colour(
                        Scalars.filledText(fields.required("name")),
                        fields.optional("key", Scalars::filledText));
        fields.end();
        return new ExpectedColour(colour);
    }
}
