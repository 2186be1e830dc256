package io.opensergo.grpc;

import io.grpc.EquivalentAddressGroup;
import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.TrafficColour;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What calls of a channel are routed over: the instances as they were at one time, and the choices
 * that have been made among them since.
 *
 * <p>For any thread. A choice is made once for each decision and colour, up to a bound: colours are
 * what callers make them.
 */
final class Routing {

    private static final int MAX_KEPT = 10_000;

    private final String service;
    private final List<EquivalentAddressGroup> own;
    private final @Nullable OtherServices others;
    private final boolean isRoutable;
    private final Map<Choice.Question, Choice> choices = new ConcurrentHashMap<>();

    /**
     * Makes one without choices.
     *
     * @param service that of the channel
     * @param own its instances
     * @param others knows those of other services; {@code null} if nobody does
     */
    Routing(String service, List<EquivalentAddressGroup> own, @Nullable OtherServices others) {
        this.service = service.toLowerCase(Locale.ROOT);
        this.own = own;
        this.others = others;
        this.isRoutable = others != null || own.stream().anyMatch(one -> !labels(one).isEmpty());
    }

    /** Returns the same instances, of which nothing has been chosen. */
    Routing again() {
        return new Routing(service, own, others);
    }

    /** Returns whether instances can be told apart, so that routes can be followed. */
    boolean isRoutable() {
        return isRoutable;
    }

    String service() {
        return service;
    }

    List<EquivalentAddressGroup> own() {
        return own;
    }

    /** Returns the instances of a call; {@code null} if a service has not been resolved yet. */
    @Nullable Choice choose(
            RouteDecision decision, @Nullable TrafficColour colour, Governor governor) {
        return choose(
                new Choice.Question(
                        decision, colour, governor.lanes(), balancing(decision, governor)));
    }

    /** Returns the choice for what no rule decides on. */
    @Nullable Choice chooseAny(@Nullable Governor governor) {
        return choose(
                new Choice.Question(
                        RouteDecision.NOT_FOUND,
                        null,
                        Lanes.none(),
                        governor == null ? null : governor.balancing(service)));
    }

    /** Returns how to balance over all instances of the service; the group of a route knows. */
    private @Nullable LoadBalancing balancing(RouteDecision decision, Governor governor) {
        InstanceGroup group = decision.group();
        if (group == null) {
            return governor.balancing(service);
        }
        return isRoutable || !isOwn(group.host()) ? null : group.balancing();
    }

    @Nullable Choice choose(Choice.Question question) {
        Choice known = choices.get(question);
        if (known != null) {
            return known;
        }
        Choice made = make(question);
        if (made == null || choices.size() >= MAX_KEPT) {
            return made;
        }
        Choice raced = choices.putIfAbsent(question, made);
        return raced == null ? made : raced;
    }

    private @Nullable Choice make(Choice.Question question) {
        InstanceGroup group = question.decision().group();
        if (group == null || !isRoutable) {
            return preferred(question, service, null, question.balancing(), own);
        }
        var lookup = new Lookup(group.host(), question.decision().actions().port());
        Selection<EquivalentAddressGroup> selection =
                question.decision().selectFrom(lookup::instancesOf, Routing::labels);
        if (lookup.isPending) {
            return null;
        }
        InstanceGroup selected = selection.group() == null ? group : selection.group();
        return preferred(
                question,
                isOwn(selected.host()) ? service : selected.host().toLowerCase(Locale.ROOT),
                selected.subset(),
                selected.balancing(),
                selection.instances());
    }

    private static Choice preferred(
            Choice.Question question,
            String service,
            @Nullable String subset,
            @Nullable LoadBalancing balancing,
            List<EquivalentAddressGroup> instances) {
        Lanes lanes = question.lanes();
        TrafficColour colour = question.colour();
        List<EquivalentAddressGroup> preferred = lanes.prefer(colour, instances, Routing::labels);
        List<Map<String, String>> labels =
                preferred.stream().limit(1).map(Routing::labels).toList();
        return new Choice(
                question,
                new SubsetKey(service, subset, SubsetKey.lane(lanes, colour, labels), balancing),
                preferred);
    }

    /** A rule writes the name of a service, which targets often qualify: {@code prices.prod}. */
    private boolean isOwn(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals(service)
                || lower.startsWith(service + ".")
                || service.startsWith(lower + ".");
    }

    static Map<String, String> labels(EquivalentAddressGroup instance) {
        Map<String, String> labels = instance.getAttributes().get(OpenSergoGrpc.LABELS);
        return labels == null ? Map.of() : labels;
    }

    /** Finds instances, and notes if those of a service are not known yet. */
    private final class Lookup {

        private final String portHost;
        private final int port;
        private boolean isPending;

        /** Looks up instances; of one service only those that listen at a port, unless it is 0. */
        Lookup(String portHost, int port) {
            this.portHost = portHost;
            this.port = port;
        }

        List<EquivalentAddressGroup> instancesOf(String host) {
            List<EquivalentAddressGroup> all = allOf(host);
            return port == 0 || !host.equals(portHost)
                    ? all
                    : all.stream().filter(this::listensAtPort).toList();
        }

        private boolean listensAtPort(EquivalentAddressGroup instance) {
            return instance.getAddresses().stream()
                    .anyMatch(
                            each ->
                                    each instanceof InetSocketAddress address
                                            && address.getPort() == port);
        }

        private List<EquivalentAddressGroup> allOf(String host) {
            if (isOwn(host)) {
                return own;
            }
            if (others == null) {
                return List.of();
            }
            List<EquivalentAddressGroup> found = others.instancesOf(host);
            isPending |= found == null;
            return found == null ? List.of() : found;
        }
    }
}
