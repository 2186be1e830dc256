package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import org.jilt.Builder;

/**
 * Where a service can be reached.
 *
 * @param address an IP address or a host name; one that other hosts reach, so neither a wildcard
 *     nor a loopback address, except where all callers are on this host
 * @param port 1 to 65535
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ListeningAddress(String address, int port) {

    /**
     * Checks the constraints.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the address is empty or the port out of
     *     range
     */
    public ListeningAddress {
        var violations = new Violations();
        violations.text("address", address);
        violations.range("portValue", port, 1, 65535);
        violations.throwIfAny();
    }

    /** Starts a builder; every field is required. */
    public static ListeningAddressBuilders.Address builder() {
        return ListeningAddressBuilder.builder();
    }

    /** Starts a builder from these values. */
    public ListeningAddressBuilder toBuilder() {
        return ListeningAddressBuilder.from(this);
    }
}
