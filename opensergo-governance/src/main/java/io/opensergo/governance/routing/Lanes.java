package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.TrafficLane;
import java.util.ArrayList;
import java.util.Arrays;
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
 * <p><b>Colouring.</b> A request that comes with a colour keeps it, in whatever lane it is; at an
 * entry, {@link LaneSettings#acceptColours} may say otherwise. It is looked for in the headers
 * named by the rules and in {@value TrafficLane#DEFAULT_BAGGAGE_KEY}, then in the members of these
 * names of the {@code baggage} header. A request without one gets the colour of the first rule
 * whose {@code traffic} it fulfils or whose {@code workload} selects this process: of rules of a
 * control plane of ours, that is the first by name. The rules are those bound to this application;
 * their {@code app} is not looked at again.
 *
 * <p><b>Carrying.</b> A colour goes on under the key of its rule and under the default key as well,
 * so that it passes applications that know nothing of the rule.
 *
 * <p><b>Routing.</b> Of the instances that a {@link RouteDecision} selected, those of the colour
 * are preferred: the ones that a rule of this lane selects by its {@code workload}, or, if no rule
 * of it has one, those with the colour in one of the labels {@value #LANE_TAGS}. If there are none:
 * the baseline, which is the instances without any of these labels that no rule's {@code workload}
 * selects. If there are none of these either: all. A request without a colour prefers the baseline
 * as well, unless {@link LaneSettings#preferBaseline} says otherwise.
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
    private final LaneSettings settings;

    /** The names under which a request may carry a colour, as rules write them. */
    private final String[] keys;

    /** The same as names of headers. */
    private final String[] headers;

    /** What selects the instances of a lane, by its name, if rules say so. */
    private final Map<String, List<LabelTest>> carriers;

    private Lanes(List<LaneRule> rules, LaneSettings settings) {
        this.rules = rules.toArray(LaneRule[]::new);
        this.settings = settings;
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
        return compile(lanes, self, LaneSettings.defaults());
    }

    /**
     * Compiles rules.
     *
     * @param lanes the rules bound to this application; the first that applies wins
     * @param self what this process is
     * @param settings what holds where no rule decides
     */
    public static Lanes compile(
            List<TrafficLane> lanes, WorkloadIdentity self, LaneSettings settings) {
        return new Lanes(lanes.stream().map(lane -> LaneRule.of(lane, self)).toList(), settings);
    }

    /** Returns what holds where no rule decides. */
    public LaneSettings settings() {
        return settings;
    }

    /**
     * Returns the colour of a request that comes from another process, or {@code null} if it has
     * none and gets none; what it comes with counts only if {@link LaneSettings#acceptColours}.
     */
    public @Nullable TrafficColour receive(RequestView request) {
        return settings.acceptColours() ? colour(request) : byRules(request);
    }

    /**
     * Returns the colour of a request, or {@code null} if it has none and gets none. For a request
     * that this process makes; {@link #receive} is for one that it gets.
     */
    public @Nullable TrafficColour colour(RequestView request) {
        TrafficColour incoming = incoming(request);
        return incoming == null ? byRules(request) : incoming;
    }

    private @Nullable TrafficColour byRules(RequestView request) {
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

    /**
     * Returns the colour of a rule, if one gives it, and else a new one. What comes under the
     * default key may have been given by a rule with a key of its own, and gets that again.
     */
    private TrafficColour colour(String key, String name) {
        TrafficColour ofSameLane = null;
        for (LaneRule rule : rules) {
            TrafficColour colour = rule.colour();
            if (colour.name().equals(name)) {
                if (colour.key().equals(key)) {
                    return colour;
                }
                ofSameLane = ofSameLane == null ? colour : ofSameLane;
            }
        }
        return ofSameLane != null && key.equals(TrafficLane.DEFAULT_BAGGAGE_KEY)
                ? ofSameLane
                : new TrafficColour(key, name);
    }

    /**
     * Writes a colour to the headers of an outgoing request: a header of its key, and the {@code
     * baggage} header with a member of its key in front; both under the default key as well, if it
     * is another. A colour that no header can hold as it is travels in the baggage alone, where it
     * is encoded; a key that is no name of a header cannot travel.
     *
     * @param baggage the {@code baggage} header that would go out without the colour, or {@code
     *     null}; its other members are kept, except for those that break its grammar and those
     *     beyond its limits
     * @param setHeader takes the name and the value of each header to set
     */
    public void carry(
            TrafficColour colour, @Nullable String baggage, BiConsumer<String, String> setHeader) {
        String name = colour.name();
        String key = Baggage.isToken(colour.key()) ? colour.key() : TrafficLane.DEFAULT_BAGGAGE_KEY;
        boolean isDefaultHeader = key.equalsIgnoreCase(TrafficLane.DEFAULT_BAGGAGE_KEY);
        Baggage carried = Baggage.parse(baggage);
        if (!key.equals(TrafficLane.DEFAULT_BAGGAGE_KEY)) {
            carried = carried.with(TrafficLane.DEFAULT_BAGGAGE_KEY, name);
        }
        if (isHeaderValue(name)) {
            setHeader.accept(key, name);
            if (!isDefaultHeader) {
                setHeader.accept(TrafficLane.DEFAULT_BAGGAGE_KEY, name);
            }
        }
        setHeader.accept(Baggage.HEADER, carried.with(key, name).toString());
    }

    /** Returns whether a header may say the colour of a request, by its name in any case. */
    public boolean isKey(String header) {
        return Arrays.asList(headers).contains(AsciiCase.lower(header));
    }

    /** Returns a {@code baggage} header without the members that say a colour; perhaps empty. */
    public String withoutColour(String baggage) {
        Baggage rest = Baggage.parse(baggage);
        for (String key : keys) {
            rest = rest.without(key);
        }
        return rest.toString();
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
     * @param colour the colour, or {@code null} for a request that has none: then the baseline, or
     *     else all
     * @param instances the instances that routing selected
     * @param labelsOf the labels of an instance
     */
    public <I> List<I> prefer(
            @Nullable TrafficColour colour,
            List<I> instances,
            Function<? super I, Map<String, String>> labelsOf) {
        if (colour == null) {
            return settings.preferBaseline() ? preferBaseline(instances, labelsOf) : instances;
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

    /** Copies nothing as long as no instance is in a lane. */
    private <I> List<I> preferBaseline(
            List<I> instances, Function<? super I, Map<String, String>> labelsOf) {
        List<I> baseline = null;
        for (int i = 0; i < instances.size(); i++) {
            I instance = instances.get(i);
            boolean isIn = isBaseline(labelsOf.apply(instance));
            if (!isIn && baseline == null) {
                baseline = new ArrayList<>(instances.subList(0, i));
            } else if (isIn && baseline != null) {
                baseline.add(instance);
            }
        }
        return baseline == null || baseline.isEmpty() ? instances : baseline;
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
