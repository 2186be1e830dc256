package io.opensergo.proto;

import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.contract.ApplicationMetadata;

/**
 * Turns service metadata into the message that reports it and back; the only place that does.
 *
 * <p>For any number of threads.
 */
public final class ApplicationMetadataMapping {

    private ApplicationMetadataMapping() {}

    /** Returns the message that reports metadata. */
    public static ReportMetadataRequest encode(ApplicationMetadata metadata) {
        return ContractEncoder.encode(metadata);
    }

    /**
     * Returns the metadata that a message reports. A start time that is missing reads as 1970, and
     * an enum's constant that is not known as {@code UNSPECIFIED}.
     *
     * @throws InvalidRuleException if something is missing or out of range; it names each by its
     *     path
     */
    public static ApplicationMetadata decode(ReportMetadataRequest message) {
        return ContractDecoder.decode(message);
    }
}
