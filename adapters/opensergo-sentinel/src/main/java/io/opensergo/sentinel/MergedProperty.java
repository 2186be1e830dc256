package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.property.PropertyListener;
import com.alibaba.csp.sentinel.property.SentinelProperty;
import com.alibaba.csp.sentinel.slots.block.AbstractRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Schedulers;

/**
 * The property of a rule manager that holds the user's rules and ours.
 *
 * <p>A manager of Sentinel's listens to one property at a time, and what it is told replaces all
 * that it had. So this property takes the place of the user's, listens to it, and tells the manager
 * both. Rules loaded by hand go on to the user's property, without ours if they were read from the
 * manager before. When the user registers another property, the manager leaves this one, which
 * notices, and takes the place of the new one a moment later.
 *
 * <p>Sentinel calls a listener under the listener's monitor when a property is registered. This
 * class takes that monitor too before it tells a listener anything; so it is told things one after
 * the other, each of which holds all that was known before. The monitor is taken after {@code
 * lock}, never before it.
 *
 * @param <R> the kind of rule
 */
final class MergedProperty<R extends AbstractRule> implements SentinelProperty<List<R>> {

    private static final Logger LOG = LoggerFactory.getLogger(MergedProperty.class);

    private final RuleManagerPort<R> manager;

    /**
     * Who listens: the manager, or another property that took this one's place as this one does.
     */
    private final List<PropertyListener<List<R>>> listeners = new CopyOnWriteArrayList<>();

    private final Object lock = new Object();
    private volatile boolean attached; // written under lock
    private volatile @Nullable Theirs theirs; // written under lock
    private volatile List<R> ours = List.of();

    MergedProperty(RuleManagerPort<R> manager) {
        this.manager = manager;
    }

    /**
     * Replaces our rules; the manager is told if they changed. Takes the place of the user's
     * property with the first rule, and not before.
     */
    void setOurs(List<R> rules) {
        List<R> distinct = List.copyOf(new LinkedHashSet<>(rules));
        if (distinct.equals(ours)) {
            return;
        }
        ours = keepingEqual(distinct, ours);
        synchronized (lock) {
            if (!attached) {
                attached = true;
                if (!isCurrent()) { // it may be, if somebody stood before it and left
                    takePlaceOf(manager.currentProperty());
                    return;
                }
            }
        }
        publishOrReport();
    }

    /** Withdraws our rules and gives the user's property its place back. */
    void detach() {
        ours = List.of();
        synchronized (lock) {
            if (!attached) {
                return;
            }
            attached = false;
            Theirs left = theirs;
            if (left != null && isCurrent()) {
                left.property.removeListener(left);
                giveBack(left.property);
                return;
            }
        }
        publishOrReport(); // somebody stands before this property, which only passes rules on now
    }

    private void giveBack(SentinelProperty<List<R>> property) {
        try {
            manager.register(property);
        } catch (RuntimeException e) {
            reportUnloadable(e);
        }
    }

    /** An unchanged rule stays the same object, so that exceptions and rule lists agree. */
    private static <R> List<R> keepingEqual(List<R> rules, List<R> before) {
        Map<R, R> known = new HashMap<>();
        before.forEach(rule -> known.put(rule, rule));
        return rules.stream().map(rule -> known.getOrDefault(rule, rule)).toList();
    }

    /** Needs the lock. */
    private void takePlaceOf(Optional<SentinelProperty<List<R>>> property) {
        listenTo(property.orElseGet(manager::propertyOfRules));
        manager.register(this);
    }

    /** Needs the lock. */
    private void listenTo(SentinelProperty<List<R>> property) {
        Theirs left = theirs;
        var next = new Theirs(property);
        property.addListener(next);
        theirs = next;
        if (left != null) {
            left.property.removeListener(left);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very property
    private boolean isCurrent() {
        return !listeners.isEmpty()
                && manager.currentProperty().filter(property -> property == this).isPresent();
    }

    /** The manager begins to listen. */
    @Override
    public void addListener(PropertyListener<List<R>> listener) {
        listeners.add(listener);
        try {
            listener.configLoad(merged());
        } catch (RuntimeException e) {
            reportUnloadable(e);
        }
    }

    /** Some versions throw at a rule of the user's instead of leaving it out. */
    private void reportUnloadable(RuntimeException cause) {
        LOG.error("Sentinel cannot load the {} rules it was given", manager.name(), cause);
    }

    /** The manager leaves: somebody has registered another property with it, or is about to. */
    @Override
    public void removeListener(PropertyListener<List<R>> listener) {
        listeners.remove(listener);
        if (attached && listeners.isEmpty()) {
            Schedulers.boundedElastic().schedule(() -> takePlaceAgain(listener));
        }
    }

    /** Under the listener's monitor the other property is not about to be registered, but is. */
    @SuppressWarnings("ReferenceEquality") // this very property
    private void takePlaceAgain(PropertyListener<List<R>> left) {
        synchronized (lock) {
            synchronized (left) {
                if (!attached || !listeners.isEmpty()) {
                    return;
                }
                Optional<SentinelProperty<List<R>>> current = manager.currentProperty();
                if (current.isEmpty()) {
                    LOG.error(
                            "{} rules of OpenSergo are not in force any more: another property was registered, and this version of Sentinel hides which; register it before OpenSergo starts",
                            manager.name());
                } else if (current.get() != this) {
                    takePlaceOf(current);
                }
            }
        }
    }

    /** Somebody loads rules by hand: what is not ours is theirs. */
    @Override
    public boolean updateValue(List<R> rules) {
        Theirs current = theirs;
        return current != null && current.property.updateValue(withoutOurs(rules));
    }

    private @Nullable List<R> withoutOurs(@Nullable List<R> rules) {
        if (rules == null || rules.stream().noneMatch(this::isOurs)) {
            return rules;
        }
        List<R> rest = new ArrayList<>(rules);
        rest.removeIf(this::isOurs);
        return rest;
    }

    /** Copies of ours, such as a dashboard makes, are known by their id. */
    private boolean isOurs(R rule) {
        return rule instanceof Governed
                || (rule.getId() != null
                        && ours.stream().anyMatch(own -> rule.getId().equals(own.getId())));
    }

    private void publishOrReport() {
        try {
            publish();
        } catch (RuntimeException e) {
            reportUnloadable(e);
        }
    }

    private void publish() {
        for (PropertyListener<List<R>> listener : listeners) {
            synchronized (listener) {
                listener.configUpdate(merged());
            }
        }
    }

    private List<R> merged() {
        Theirs current = theirs;
        List<R> all = new ArrayList<>();
        if (current != null && current.rules != null) {
            all.addAll(current.rules);
        }
        all.addAll(ours);
        return all;
    }

    /** Listens to the user's property. */
    private final class Theirs implements PropertyListener<List<R>> {

        private final SentinelProperty<List<R>> property;
        private volatile @Nullable List<R> rules;

        private Theirs(SentinelProperty<List<R>> property) {
            this.property = property;
        }

        @Override
        public void configLoad(List<R> value) {
            configUpdate(value);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // not one that was left meanwhile
        public void configUpdate(List<R> value) {
            rules = value;
            if (theirs == this) {
                publish();
            }
        }
    }
}
