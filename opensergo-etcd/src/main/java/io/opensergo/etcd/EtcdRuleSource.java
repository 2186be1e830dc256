package io.opensergo.etcd;

import io.opensergo.controlplane.RuleSource;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rules in etcd, served as they change. Every document must be a rule that is bound to an
 * application, and stand under its own key ({@link EtcdSettings}).
 *
 * <p>A faulty document is a problem, and the last good one under its key stays in force; a key that
 * is deleted ends its rule. While etcd does not answer, all rules stay in force; the connection is
 * tried again, at one member after the other, with a growing delay of up to 5 seconds. What came
 * meanwhile is caught up with, also where etcd has compacted it.
 *
 * <p><b>Several replicas.</b> The revision of a state is the highest {@code mod_revision} of a
 * change of the rules, counted from a time that the first replica stores in {@code PREFIX/epoch}.
 * So replicas hand out comparable versions, and clients may move between them. After a restore of
 * etcd from a backup put the time, in microseconds since 1970, there and restart the control
 * planes. A rule that was deleted by other means than an {@link EtcdRuleRepository} leaves a
 * replica that starts later with a lower revision until the next change.
 *
 * <p>Works on one thread of its own, which ends with {@link #close}. For any number of threads.
 */
public final class EtcdRuleSource implements RuleSource {

    private final EtcdSettings settings;
    private final Object lock = new Object();
    private @Nullable EtcdFollowing following; // guarded by lock

    private EtcdRuleSource(EtcdSettings settings) {
        this.settings = settings;
    }

    /** Returns a source that is not connected yet. */
    public static EtcdRuleSource of(EtcdSettings settings) {
        return new EtcdRuleSource(Objects.requireNonNull(settings, "settings"));
    }

    /** Returns for example {@code etcd localhost:2379/opensergo}. */
    @Override
    public String name() {
        return settings.toString();
    }

    /**
     * Reads the rules and begins to watch them.
     *
     * @throws UncheckedIOException if no member answers within the request timeout, or etcd refuses
     * @throws IllegalStateException if the source has been started
     */
    @Override
    public void start(Listener listener) {
        synchronized (lock) {
            if (following != null) {
                throw new IllegalStateException(
                        name() + " already serves a control plane; give each one its own source");
            }
            following = EtcdFollowing.begin(settings, listener);
        }
    }

    /** Ends the watch and the connection. */
    @Override
    public void close() {
        synchronized (lock) {
            if (following != null) {
                following.close();
                following = null;
            }
        }
    }
}
