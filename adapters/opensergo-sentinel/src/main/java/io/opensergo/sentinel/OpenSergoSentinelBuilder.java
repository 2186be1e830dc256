package io.opensergo.sentinel;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.quota.GlobalQuota;
import java.util.Objects;
import java.util.function.IntSupplier;

/** The settings of an {@link OpenSergoSentinel}; for one thread. */
public final class OpenSergoSentinelBuilder {

    private final OpenSergoClient client;
    private final Target target;
    private final GovernorBuilder governor = Governor.builder();
    private boolean globalQuota;
    private boolean ownsClient;

    OpenSergoSentinelBuilder(OpenSergoClient client, Target target) {
        this.client = Objects.requireNonNull(client, "client");
        this.target = Objects.requireNonNull(target, "target");
    }

    /**
     * Sets how many instances of the application share a limit whose {@code limitMode} is {@code
     * GlobalToLocal}, as {@link GovernorBuilder#instances} takes it. Without it the whole limit
     * applies to this instance, which is reported.
     */
    public OpenSergoSentinelBuilder instances(IntSupplier instances) {
        governor.instances(instances);
        return this;
    }

    /**
     * Sets the store of rate limits whose {@code limitMode} is {@code Global}, instead of a token
     * server of Sentinel's. It is not closed with the adapter.
     */
    public OpenSergoSentinelBuilder globalQuota(GlobalQuota quota) {
        governor.globalQuota(quota);
        globalQuota = true;
        return this;
    }

    /** Closes the client with the adapter. */
    OpenSergoSentinelBuilder owningClient() {
        ownsClient = true;
        return this;
    }

    /** Follows the rules from now on. */
    public OpenSergoSentinel start() {
        return new OpenSergoSentinel(this);
    }

    OpenSergoClient client() {
        return client;
    }

    Target target() {
        return target;
    }

    boolean ownsClient() {
        return ownsClient;
    }

    boolean hasGlobalQuota() {
        return globalQuota;
    }

    Governor governor() {
        return governor.build();
    }
}
