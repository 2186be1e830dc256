package io.opensergo.kubernetes;

import io.opensergo.controlplane.RuleSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a Kubernetes cluster, served as they change: the objects of each kind of OpenSergo
 * whose CRD is installed, now or later.
 *
 * <pre>{@code
 * ControlPlane.builder()
 *         .source(KubernetesRuleSource.builder().namespaces("shop", "bank").build())
 *         .start();
 * }</pre>
 *
 * <p><b>What is in force</b> follows the cluster: an object that is applied or deleted counts
 * within about 50 ms. An object that is no valid rule is a problem, named {@code RateLimitStrategy
 * shop/orders} with the field; its last good version stays. While the API server is away, slow or
 * refuses, everything stays as it was, and a problem says which right is missing or what the server
 * says. The rules of a CRD that is deleted go after a minute.
 *
 * <p><b>Several replicas.</b> The revision of a state is the highest {@code resourceVersion} of its
 * rules, counted from the age of the cluster ({@link KubernetesRuleSourceBuilder#epoch}); so
 * replicas that follow the same objects hand out comparable versions. Of a cluster whose latest
 * change was the deletion of a rule, a replica that starts afterwards does not know, and has a
 * lower revision until the next change.
 *
 * <p>Each source has two threads of its own, which end with {@link #close}, and those of an HTTP
 * client, which end some time after. For any number of threads.
 */
public final class KubernetesRuleSource implements RuleSource {

    private static final long PLUGIN_SECONDS = 60;

    private final ClusterConfig clusterConfig;
    private final Scope scope;
    private final Timing timing;
    private final String name;
    private final Object lock = new Object();
    private @Nullable Run run; // guarded by lock

    /** What a started source holds. */
    private record Run(EventLoop loop, ApiServer server, Following following) {

        void end() {
            try {
                loop.submit(following::close).get();
                loop.shutdown();
                boolean unused = loop.awaitTermination(PLUGIN_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException("closing failed", e.getCause());
            } finally {
                server.close();
                loop.shutdown();
            }
        }
    }

    KubernetesRuleSource(
            ClusterConfig clusterConfig, Scope scope, Timing timing, @Nullable String context) {
        this.clusterConfig = clusterConfig;
        this.scope = scope;
        this.timing = timing;
        this.name = context == null ? "kubernetes" : "kubernetes context " + context;
    }

    /**
     * Starts to build a source of all rules of the cluster that {@code kubectl} would speak to; in
     * a pod without a kubeconfig, of the pod's own cluster.
     */
    public static KubernetesRuleSourceBuilder builder() {
        return new KubernetesRuleSourceBuilder();
    }

    /** Returns {@code kubernetes}, and the context if one was set. */
    @Override
    public String name() {
        return name;
    }

    /**
     * Lists the rules there are and begins to watch them. Waits until each kind that is installed
     * has been listed or refused.
     *
     * @throws UncheckedIOException if there is no cluster, it does not answer in time, it does not
     *     accept the credentials, or nothing may be read; the message names the fix
     * @throws IllegalStateException if the source has been started
     */
    @Override
    public void start(Listener listener) {
        synchronized (lock) {
            if (run != null) {
                throw new IllegalStateException(
                        name() + " already serves a control plane; give each one its own source");
            }
            var loop = new EventLoop();
            var server = new ApiServer(clusterConfig, loop, timing.request());
            var following = new Following(name, scope, timing, listener, loop, server);
            var started = new Run(loop, server, following);
            try {
                await(server.open().orTimeout(PLUGIN_SECONDS, TimeUnit.SECONDS), server);
                await(following.begin(), server);
            } catch (RuntimeException e) {
                started.end();
                throw e;
            }
            run = started;
        }
    }

    private void await(CompletableFuture<Void> step, ApiServer server) {
        try {
            step.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("the start was interrupted", server, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof UncheckedIOException known && known.getCause() != null) {
                throw failure(String.valueOf(known.getCause().getMessage()), server, known);
            }
            String reason =
                    cause instanceof TimeoutException
                            ? "the credential plugin of the kubeconfig has not answered within "
                                    + PLUGIN_SECONDS
                                    + " s; run it by hand to see why"
                            : String.valueOf(cause == null ? e : cause.getMessage());
            throw failure(reason, server, e);
        }
    }

    private UncheckedIOException failure(String reason, ApiServer server, Throwable cause) {
        String url = server.url();
        String where = url.isEmpty() || reason.contains(url) ? "" : " at " + url;
        String message = name + where + ": " + reason;
        return new UncheckedIOException(message, new IOException(message, cause));
    }

    /** Ends the watches; nothing is reported after it. */
    @Override
    public void close() {
        synchronized (lock) {
            if (run != null) {
                run.end();
                run = null;
            }
        }
    }
}
