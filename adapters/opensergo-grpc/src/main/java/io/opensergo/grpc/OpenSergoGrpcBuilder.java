package io.opensergo.grpc;

import io.grpc.Status;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of {@link OpenSergoGrpc}; for one thread. Each has a default. */
public final class OpenSergoGrpcBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoGrpc.class);

    private final @Nullable String app;
    private Consumer<? super OpenSergoClientBuilder> clientSettings = client -> {};
    private Consumer<? super GovernorBuilder> governorSettings = governor -> {};
    private Predicate<Status.Code> isFailure = Statuses.FAILURES::contains;

    private @Nullable InstanceResolver instances;

    OpenSergoGrpcBuilder(@Nullable String app) {
        this.app = app;
    }

    /**
     * Sets up the connection to the control plane, for example {@code client ->
     * client.endpoints("localhost:10246")}; the environment goes over it. Without an endpoint
     * there, either, nothing is governed.
     */
    public OpenSergoGrpcBuilder client(Consumer<? super OpenSergoClientBuilder> settings) {
        this.clientSettings = settings;
        return this;
    }

    /** Sets up the governor, for example its {@code workload} or {@code globalQuota}. */
    public OpenSergoGrpcBuilder governor(Consumer<? super GovernorBuilder> settings) {
        this.governorSettings = settings;
        return this;
    }

    /**
     * Sets which statuses, sent and received, are failures: {@code UNKNOWN}, {@code
     * DEADLINE_EXCEEDED}, {@code UNIMPLEMENTED}, {@code INTERNAL}, {@code UNAVAILABLE} and {@code
     * DATA_LOSS} by default. {@code errorConditions} of a breaker may choose among them by these
     * names. Of the others {@code CANCELLED} and {@code RESOURCE_EXHAUSTED} tell breakers nothing,
     * and the rest are successes.
     */
    public OpenSergoGrpcBuilder failures(Predicate<Status.Code> isFailureStatus) {
        this.isFailure = isFailureStatus;
        return this;
    }

    /** Sets where services run, for {@link OpenSergoGrpc#target}. */
    public OpenSergoGrpcBuilder instances(InstanceResolver resolver) {
        this.instances = resolver;
        return this;
    }

    /**
     * Starts, in the background.
     *
     * @throws ConfigurationException if a setting cannot be used; it names the setting
     */
    public OpenSergoGrpc build() {
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

    private OpenSergoGrpc build(@Nullable OpenSergoClient client) {
        GovernorBuilder governor = Governor.builder();
        if (client == null) {
            LOG.info(
                    "No control plane is set, nothing is governed; OPENSERGO_BOOTSTRAP_CONFIG may name one");
        } else {
            governor.client(client);
        }
        governorSettings.accept(governor);
        return new OpenSergoGrpc(this, governor.build(), true, client);
    }

    OpenSergoGrpc build(Governor governor) {
        return new OpenSergoGrpc(this, governor, false, null);
    }

    @Nullable InstanceResolver instances() {
        return instances;
    }

    Predicate<Status.Code> isFailure() {
        return isFailure;
    }
}
