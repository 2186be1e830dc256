package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * A contract and where it can be reached.
 *
 * @param listeningAddresses where
 * @param protocols by which protocols: {@code http}, {@code dubbo}, {@code tri}, {@code grpc},
 *     {@code thrift} or others
 * @param contract what
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ServiceMetadata(
        @Opt List<ListeningAddress> listeningAddresses,
        @Opt List<String> protocols,
        ServiceContract contract) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if there is no contract
     */
    public ServiceMetadata {
        var violations = new Violations();
        violations.required("serviceContract", contract);
        violations.throwIfAny();
        listeningAddresses =
                listeningAddresses == null ? List.of() : List.copyOf(listeningAddresses);
        protocols = protocols == null ? List.of() : List.copyOf(protocols);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ServiceMetadataBuilders.Contract builder() {
        return ServiceMetadataBuilder.builder();
    }

    /** Starts a builder from these values. */
    public ServiceMetadataBuilder toBuilder() {
        return ServiceMetadataBuilder.from(this);
    }
}
