package io.opensergo.vertx;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.Rejection;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of {@link OpenSergoVertx}; for one thread. Each has a default. */
public final class OpenSergoVertxBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoVertx.class);

    private final Vertx vertx;
    private final @Nullable String app;
    private Consumer<? super OpenSergoClientBuilder> clientSettings = client -> {};
    private Consumer<? super GovernorBuilder> governorSettings = governor -> {};
    private IntPredicate isFailure = status -> status >= 500;
    private BiConsumer<? super RoutingContext, ? super Rejection> onRejection =
            new RejectionReply();

    OpenSergoVertxBuilder(Vertx vertx, @Nullable String app) {
        this.vertx = Objects.requireNonNull(vertx, "vertx");
        this.app = app;
    }

    /**
     * Sets up the connection to the control plane, for example {@code client ->
     * client.endpoints("localhost:10246")}; the environment goes over it. Without an endpoint
     * there, either, nothing is governed.
     */
    public OpenSergoVertxBuilder client(Consumer<? super OpenSergoClientBuilder> settings) {
        this.clientSettings = settings;
        return this;
    }

    /** Sets up the governor, for example its {@code workload} or {@code globalQuota}. */
    public OpenSergoVertxBuilder governor(Consumer<? super GovernorBuilder> settings) {
        this.governorSettings = settings;
        return this;
    }

    /**
     * Sets which statuses of responses, sent and received, are failures; 500 and above by default.
     * Its {@code errorConditions} may choose among them, by names such as {@code 503}. If it
     * throws, the request tells breakers nothing.
     */
    public OpenSergoVertxBuilder failures(IntPredicate isFailureStatus) {
        this.isFailure = isFailureStatus;
        return this;
    }

    /**
     * Sets what answers a rejected request, on its context: for example {@code (ctx, why) ->
     * ctx.fail(429)}. By default it is the fallback of the rule, or else 429 and {@code
     * Retry-After}.
     *
     * <p>In a router that is governed as a whole, the request has not come to its route yet: {@code
     * currentRoute()} is the guard's, and there are no parameters of the path.
     */
    public OpenSergoVertxBuilder onRejection(
            BiConsumer<? super RoutingContext, ? super Rejection> reply) {
        this.onRejection = reply;
        return this;
    }

    /**
     * Starts, in the background.
     *
     * @throws ConfigurationException if a setting cannot be used; it names the setting
     */
    public OpenSergoVertx build() {
        OpenSergoClientBuilder builder = OpenSergoClients.builder();
        if (app != null) {
            builder.app(app);
        }
        clientSettings.accept(builder);
        OpenSergoClient client = builder.bootstrap().buildIfConfigured().orElse(null);
        try {
            return build(client);
        } catch (RuntimeException | Error e) {
            if (client != null) {
                client.close();
            }
            throw e;
        }
    }

    private OpenSergoVertx build(@Nullable OpenSergoClient client) {
        GovernorBuilder governor = Governor.builder();
        if (client == null) {
            LOG.info(
                    "No control plane is set, nothing is governed; OPENSERGO_BOOTSTRAP_CONFIG may name one");
        } else {
            governor.client(client);
        }
        governorSettings.accept(governor);
        return new OpenSergoVertx(this, governor.build(), true, client);
    }

    OpenSergoVertx build(Governor governor) {
        return new OpenSergoVertx(this, governor, false, null);
    }

    Vertx vertx() {
        return vertx;
    }

    IntPredicate isFailure() {
        return isFailure;
    }

    BiConsumer<? super RoutingContext, ? super Rejection> onRejection() {
        return onRejection;
    }
}
