package io.opensergo.rules.contract;

import io.opensergo.rules.Violations;
import java.util.List;

/**
 * A contract and where it can be reached.
 *
 * @param listeningAddresses where
 * @param protocols by which protocols: {@code http}, {@code dubbo}, {@code tri}, {@code grpc},
 *     {@code thrift} or others
 * @param contract what
 */
public record ServiceMetadata(
        List<ListeningAddress> listeningAddresses,
        List<String> protocols,
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
        listeningAddresses = List.copyOf(listeningAddresses);
        protocols = List.copyOf(protocols);
    }
}
