package io.opensergo.kubernetes;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a {@link KubernetesRuleSource} is started with. For one thread. */
public final class KubernetesRuleSourceBuilder {

    private @Nullable Path kubeconfig;
    private @Nullable String context;
    private List<String> namespaces = List.of();
    private String selector = "";
    private @Nullable Instant epoch;
    private Duration startTimeout = Duration.ofSeconds(10);
    private boolean writesStatus;
    private Timing timing = Timing.STANDARD;

    KubernetesRuleSourceBuilder() {}

    /**
     * Sets the kubeconfig that says which cluster is asked and as whom. It is read again when its
     * credentials are refused.
     *
     * @param file unless set, those of the variable {@code KUBECONFIG}, or {@code ~/.kube/config};
     *     if there is none of them, the service account of the pod
     */
    public KubernetesRuleSourceBuilder kubeconfig(Path file) {
        this.kubeconfig = Objects.requireNonNull(file, "file");
        return this;
    }

    /**
     * Sets which context of the kubeconfig counts.
     *
     * @param context its {@code current-context} unless set
     */
    public KubernetesRuleSourceBuilder context(String context) {
        this.context = Objects.requireNonNull(context, "context");
        return this;
    }

    /** Sets which namespaces are followed, as {@link #namespaces(Collection)} does. */
    public KubernetesRuleSourceBuilder namespaces(String... namespaces) {
        return namespaces(List.of(namespaces));
    }

    /**
     * Sets which namespaces are followed; each takes a watch for each kind that is installed. For
     * one that does not exist the API server says that it has no objects.
     *
     * @param namespaces all of the cluster unless set, for which a ClusterRole is needed
     */
    public KubernetesRuleSourceBuilder namespaces(Collection<String> namespaces) {
        this.namespaces = namespaces.stream().distinct().toList();
        return this;
    }

    /**
     * Sets which objects are followed, by their labels.
     *
     * @param selector such as {@code team=shop,env!=test}, as {@code kubectl -l} takes it; all
     *     unless set
     */
    public KubernetesRuleSourceBuilder selector(String selector) {
        this.selector = Objects.requireNonNull(selector, "selector");
        return this;
    }

    /**
     * Sets from when versions are counted, the same for all replicas. To be set if the namespace
     * {@code kube-system} may not be read; and to a later moment than ever before when etcd was
     * restored from a backup, or clients come from a control plane on files: public clients refuse
     * lower versions than they have seen.
     *
     * @param epoch the creation of the namespace {@code kube-system} unless set
     */
    public KubernetesRuleSourceBuilder epoch(Instant epoch) {
        this.epoch = Objects.requireNonNull(epoch, "epoch");
        return this;
    }

    /**
     * Sets how long the start waits for an answer before it fails; each page of a list is one.
     *
     * @param timeout positive, 10 s unless set
     * @throws IllegalArgumentException if it is not positive
     */
    public KubernetesRuleSourceBuilder startTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("startTimeout must be positive, was " + timeout);
        }
        this.startTimeout = timeout;
        return this;
    }

    /**
     * Has the state of each object written into its status, as conditions: {@code Accepted},
     * whether it is a valid rule, and {@code ResolvedRefs}, whether the strategies and actions that
     * it names are there; and a warning event for each version that is refused. Needs the verb
     * {@code patch} on the {@code status} of each kind, and {@code create} on {@code events}.
     *
     * <p>Only what differs is written, without a time of its own, so that replicas agree; they have
     * to follow the same namespaces and labels.
     *
     * @param writesStatus {@code false} unless set
     */
    public KubernetesRuleSourceBuilder writeStatus(boolean writesStatus) {
        this.writesStatus = writesStatus;
        return this;
    }

    KubernetesRuleSourceBuilder timing(Timing timing) {
        this.timing = timing;
        return this;
    }

    /** Returns the source, which asks nobody anything before it is started. */
    public KubernetesRuleSource build() {
        return new KubernetesRuleSource(
                new ClusterConfig(kubeconfig, context),
                new Scope(namespaces, selector, epoch, startTimeout, writesStatus),
                timing,
                context);
    }
}
