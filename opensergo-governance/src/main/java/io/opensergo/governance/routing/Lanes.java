package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.TrafficLane;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The TrafficLane rules of an application, compiled: they colour requests, carry colours on, and
 * prefer instances of a colour.
 *
 * <p><b>Colouring.</b> A request that comes with a colour keeps it, in whatever lane it is. It is
 * looked for in the headers named by the rules and in {@value TrafficLane#DEFAULT_BAGGAGE_KEY},
 * then in the members of these names of the {@code baggage} header. A request without one gets the
 * colour of the first rule whose {@code traffic} it fulfils or whose {@code workload} selects this
 * process. The rules are those bound to this application; their {@code app} is not looked at again.
 *
 * <p><b>Routing.</b> Of the instances that a {@link RouteDecision} selected, those of the colour
 * are preferred: the ones that a rule of this lane selects by its {@code workload}, or, if no rule
 * of it has one, those with the colour in one of the labels {@value #LANE_TAGS}. If there are none:
 * the baseline, which is the instances without any of these labels that no rule's {@code workload}
 * selects. If there are none of these either: all. A request without a colour may go to any, as
 * instances that colour what passes them have to be reached.
 *
 * <p>Immutable, for any thread. Allocates nothing for a request without a {@code baggage} header
 * whose colour is that of a rule.
 */
public final class Lanes {

    /** The labels that say of an instance which lane it is in, separated by commas. */
    static final String LANE_TAGS = "opensergo.io/lane,lane,tag";

    private static final List<String> TAGS = List.of(LANE_TAGS.split(","));

    private static final Lanes NONE = compile(List.of(), WorkloadIdentity.unknown());

    private final LaneRule[] rules;

    /** The names under which a request may carry a colour, as rules write them. */
    private final String[] keys;

    /** The same as names of headers. */
    private final String[] headers;

    /** What selects the instances of a lane, by its name, if rules say so. */
    private final Map<String, List<LabelTest>> carriers;

    private Lanes(List<LaneRule> rules) {
        this.rules = rules.toArray(LaneRule[]::new);
        Set<String> keys = new LinkedHashSet<>();
        this.carriers = new HashMap<>();
        for (LaneRule rule : rules) {
            keys.add(rule.colour().key());
            if (rule.carriers() != null) {
                carriers.computeIfAbsent(rule.colour().name(), name -> new ArrayList<>())
                        .add(rule.carriers());
            }
        }
        keys.add(TrafficLane.DEFAULT_BAGGAGE_KEY);
        this.keys = keys.toArray(String[]::new);
        this.headers = keys.stream().map(AsciiCase::lower).toArray(String[]::new);
    }

    /** Returns no lanes at all, which still keep and carry a colour that a request comes with. */
    public static Lanes none() {
        return NONE;
    }

    /**
     * Compiles rules.
     *
     * @param lanes the rules bound to this application; the first that applies wins
     * @param self what this process is
     */
    public static Lanes compile(List<TrafficLane> lanes, WorkloadIdentity self) {
        return new Lanes(lanes.stream().map(lane -> LaneRule.of(lane, self)).toList());
    }

    /** Returns the colour of a request, or {@code null} if it has none and gets none. */
    public @Nullable TrafficColour colour(RequestView request) {
        TrafficColour incoming = incoming(request);
        if (incoming != null) {
            return incoming;
        }
        for (LaneRule rule : rules) {
            if (rule.colours(request)) {
                return rule.colour();
            }
        }
        return null;
    }

    private @Nullable TrafficColour incoming(RequestView request) {
        for (int i = 0; i < keys.length; i++) {
            String name = request.header(headers[i]);
            if (name != null && !name.isEmpty()) {
                return colour(keys[i], name);
            }
        }
        String header = request.header(Baggage.HEADER);
        if (header == null) {
            return null;
        }
        Baggage baggage = Baggage.parse(header);
        for (String key : keys) {
            String name = baggage.get(key);
            if (name != null && !name.isEmpty()) {
                return colour(key, name);
            }
        }
        return null;
    }

    /** Returns the colour of a rule, if one gives it, and else a new one. */
    private TrafficColour colour(String key, String name) {
        for (LaneRule rule : rules) {
            TrafficColour colour = rule.colour();
            if (colour.name().equals(name) && colour.key().equals(key)) {
                return colour;
            }
        }
        return new TrafficColour(key, name);
    }

    /**
     * Writes a colour to the headers of an outgoing request: a header of its key, and the {@code
     * baggage} header with a member of its key in front. A colour that no header can hold as it is
     * travels in the baggage alone, where it is encoded; a key that is no name of a header cannot
     * travel.
     *
     * @param baggage the {@code baggage} header that would go out without the colour, or {@code
     *     null}; its other members are kept, except for those that break its grammar and those
     *     beyond its limits
     * @param setHeader takes the name and the value of each header to set
     */
    public void carry(
            TrafficColour colour, @Nullable String baggage, BiConsumer<String, String> setHeader) {
        if (!Baggage.isToken(colour.key())) {
            return;
        }
        if (isHeaderValue(colour.name())) {
            setHeader.accept(colour.key(), colour.name());
        }
        setHeader.accept(
                Baggage.HEADER,
                Baggage.parse(baggage).with(colour.key(), colour.name()).toString());
    }

    /** A colour that came encoded may hold anything, an end of a line included. */
    private static boolean isHeaderValue(String text) {
        return text.equals(text.strip()) && text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    }

    /**
     * Returns whether an instance is in the lane of a colour. Allocates nothing for the colour of a
     * rule that selects workloads.
     *
     * @param labels the labels of the instance
     */
    public boolean carries(TrafficColour colour, Map<String, String> labels) {
        return carriesAny(carriersOf(colour), labels);
    }

    /**
     * Returns whether an instance is in no lane. Allocates nothing.
     *
     * @param labels the labels of the instance
     */
    public boolean isBaseline(Map<String, String> labels) {
        for (int i = 0; i < TAGS.size(); i++) {
            if (labels.containsKey(TAGS.get(i))) {
                return false;
            }
        }
        for (LaneRule rule : rules) {
            if (rule.carriers() != null && rule.carriers().holds(labels)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the instances that a request of a colour prefers: those of the lane, else the
     * baseline, else all.
     *
     * @param colour the colour, or {@code null} for a request that has none: then all
     * @param instances the instances that routing selected
     * @param labelsOf the labels of an instance
     */
    public <I> List<I> prefer(
            @Nullable TrafficColour colour,
            List<I> instances,
            Function<? super I, Map<String, String>> labelsOf) {
        if (colour == null) {
            return instances;
        }
        List<LabelTest> ofColour = carriersOf(colour);
        List<I> lane = new ArrayList<>();
        List<I> baseline = new ArrayList<>();
        for (I instance : instances) {
            Map<String, String> labels = labelsOf.apply(instance);
            if (carriesAny(ofColour, labels)) {
                lane.add(instance);
            } else if (lane.isEmpty() && isBaseline(labels)) {
                baseline.add(instance);
            }
        }
        if (!lane.isEmpty()) {
            return lane;
        }
        return baseline.isEmpty() ? instances : baseline;
    }

    private List<LabelTest> carriersOf(TrafficColour colour) {
        List<LabelTest> selected = carriers.get(colour.name());
        return selected == null ? List.of(LabelTest.hasAny(TAGS, colour.name())) : selected;
    }

    private static boolean carriesAny(List<LabelTest> carriers, Map<String, String> labels) {
        for (int i = 0; i < carriers.size(); i++) {
            if (carriers.get(i).holds(labels)) {
                return true;
            }
        }
        return false;
    }
}
