package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.property.PropertyListener;
import com.alibaba.csp.sentinel.property.SentinelProperty;
import com.alibaba.csp.sentinel.slots.block.AbstractRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
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
 * <p>A manager registers a property under the monitor of its listener: it leaves the one before,
 * begins to listen to the new one, and only then remembers it as its own. So whose place this
 * property takes is decided while it is registered, when nobody else can register one; and whoever
 * gives a place back looks, under that monitor, whether it is still his.
 *
 * <p>The monitor is also taken to tell a listener anything; so it is told things one after the
 * other, each of which holds all that was known before. It is taken after {@code lock}, never
 * before it.
 *
 * @param <R> the kind of rule
 */
final class MergedProperty<R extends AbstractRule> implements SentinelProperty<List<R>> {

    private static final Logger LOG = LoggerFactory.getLogger(MergedProperty.class);

    /**
     * The pauses before each look for an update that was on its way to the manager while places
     * changed: it arrives at once, or late if its thread stalls.
     */
    static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(200), Duration.ofMillis(800), Duration.ofSeconds(4));

    private final RuleManagerPort<R> manager;
    private final Scheduler scheduler;

    /**
     * Who listens: the manager, or another property that took this one's place as this one does.
     */
    private final List<PropertyListener<List<R>>> listeners = new CopyOnWriteArrayList<>();

    private final Object lock = new Object();
    private boolean takesPlace; // under lock
    private @Nullable PropertyListener<List<R>> ofManager; // under lock
    private volatile boolean attached; // written under lock
    private volatile @Nullable Theirs theirs; // written under lock
    private volatile List<R> ours = List.of();

    MergedProperty(RuleManagerPort<R> manager) {
        this(manager, Schedulers.boundedElastic());
    }

    MergedProperty(RuleManagerPort<R> manager, Scheduler scheduler) {
        this.manager = manager;
        this.scheduler = scheduler;
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
                if (takePlaceIfUnheard()) {
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
            if (leave()) {
                return;
            }
        }
        publishOrReport(); // somebody stands before this property, which only passes rules on now
    }

    /** An unchanged rule stays the same object, so that exceptions and rule lists agree. */
    private static <R> List<R> keepingEqual(List<R> rules, List<R> before) {
        Map<R, R> known = new HashMap<>();
        before.forEach(rule -> known.put(rule, rule));
        return rules.stream().map(rule -> known.getOrDefault(rule, rule)).toList();
    }

    /**
     * Needs the lock. Returns false if there is a listener: the manager, or somebody who stands
     * before this property, whose place it must not take. Nobody can begin to listen before the
     * manager did for the first time, and then only under its listener's monitor.
     */
    private boolean takePlaceIfUnheard() {
        PropertyListener<List<R>> listener = ofManager;
        if (listener == null) {
            takePlace();
            return true;
        }
        synchronized (listener) {
            if (!listeners.isEmpty()) {
                return false;
            }
            takePlace();
            return true;
        }
    }

    /**
     * Needs the lock. An update of the property that the manager leaves may be on its way to the
     * manager, and arrive there after this, without ours: nobody hears of that, so it is looked for
     * a few times.
     */
    private void takePlace() {
        takesPlace = true;
        try {
            manager.register(this);
        } catch (RuntimeException e) { // of the user's property; tried again with the next change
            attached = false;
            LOG.error(
                    "The {} rules of OpenSergo are not in force: the property registered with Sentinel failed as its place was taken; they are tried again when they change",
                    manager.name(),
                    e);
        } finally {
            takesPlace = false;
        }
        lookAgainAfter(PAUSES.iterator());
    }

    /** One look follows the other, so that they wait on one thread. */
    private void lookAgainAfter(Iterator<Duration> pauses) {
        if (pauses.hasNext()) {
            scheduler.schedule(
                    () -> {
                        lookAgain();
                        lookAgainAfter(pauses);
                    },
                    pauses.next().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void lookAgain() {
        if (attached && !manager.hasAll(ours)) {
            publishOrReport();
        }
    }

    /** Needs the lock and the monitor of the manager's listener. */
    @SuppressWarnings("ReferenceEquality") // this very property
    private void listenToCurrent(PropertyListener<List<R>> listener) {
        SentinelProperty<List<R>> current =
                manager.currentProperty().orElseGet(manager::propertyOfRules);
        if (current == this) {
            return; // somebody registered this very property
        }
        Theirs left = theirs;
        var next = new Theirs(current);
        try {
            current.addListener(next);
        } catch (RuntimeException e) {
            giveBack(current, listener);
            throw e;
        }
        theirs = next;
        if (left != null) {
            left.stop();
        }
    }

    /** The manager has left its property by now, and remembers it as its own all the same. */
    private void giveBack(SentinelProperty<List<R>> current, PropertyListener<List<R>> listener) {
        try {
            current.addListener(listener);
        } catch (RuntimeException e) {
            LOG.error(
                    "Sentinel may not hear of changes to the {} rules of {} any more; register that property again",
                    manager.name(),
                    current.getClass().getName(),
                    e);
        }
    }

    /** Needs the lock. Returns whether nobody listens any more. */
    private boolean leave() {
        Theirs left = theirs;
        PropertyListener<List<R>> listener = ofManager;
        if (left == null || listener == null) {
            return listeners.isEmpty();
        }
        synchronized (listener) {
            if (isCurrent()) {
                try {
                    manager.register(left.property);
                } catch (RuntimeException e) {
                    reportUnloadable(e);
                }
            } else if (!listeners.isEmpty()) {
                return false;
            }
        }
        left.stop();
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // this very property
    private boolean isCurrent() {
        return manager.currentProperty().filter(property -> property == this).isPresent();
    }

    /** The manager begins to listen. */
    @Override
    public void addListener(PropertyListener<List<R>> listener) {
        if (Thread.holdsLock(lock) && takesPlace) {
            ofManager = listener;
            listenToCurrent(listener);
        }
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
            scheduler.schedule(this::takePlaceAgain);
        }
    }

    private void takePlaceAgain() {
        synchronized (lock) {
            if (!attached || !listeners.isEmpty()) {
                return;
            }
            if (manager.currentProperty().isPresent()) {
                takePlaceIfUnheard();
            } else {
                LOG.error(
                        "{} rules of OpenSergo are not in force any more: another property was registered, and this version of Sentinel hides which; register it before OpenSergo starts",
                        manager.name());
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
                if (listeners.contains(listener)) { // it may have left while this waited
                    listener.configUpdate(merged());
                }
            }
        }
    }

    private List<R> merged() {
        Theirs current = theirs;
        List<R> all = new ArrayList<>();
        if (current != null) {
            all.addAll(current.rules());
        }
        all.addAll(ours);
        return all;
    }

    /** Listens to the user's property. */
    private final class Theirs implements PropertyListener<List<R>> {

        private final SentinelProperty<List<R>> property;

        /** Nothing until the property has told its rules. */
        private final AtomicReference<@Nullable List<R>> rules = new AtomicReference<>();

        private Theirs(SentinelProperty<List<R>> property) {
            this.property = property;
        }

        /** A property that cannot be left must not keep Sentinel from what comes next. */
        private void stop() {
            try {
                property.removeListener(this);
            } catch (RuntimeException e) {
                LOG.warn(
                        "A property of {} rules failed as OpenSergo left it, which hears it no more",
                        manager.name(),
                        e);
            }
        }

        private List<R> rules() {
            List<R> told = rules.get();
            return told == null ? List.of() : told;
        }

        /** What the property had when this began to listen may be older than an update. */
        @Override
        public void configLoad(@Nullable List<R> value) {
            if (rules.compareAndSet(null, value == null ? List.of() : value)) {
                pass();
            }
        }

        @Override
        public void configUpdate(@Nullable List<R> value) {
            rules.set(value == null ? List.of() : value);
            pass();
        }

        @SuppressWarnings("ReferenceEquality") // not one that was left meanwhile
        private void pass() {
            if (theirs == this) {
                publish();
            }
        }
    }
}
