package io.opensergo.controlplane;

import io.opensergo.rules.contract.ApplicationMetadata;
import java.time.Instant;

/**
 * What an instance of an application last said of itself. The control plane is not told when an
 * instance ends.
 *
 * @param metadata what it serves
 * @param principal the name that the authorizer gave the client; empty without an authorizer
 * @param remoteAddress where the report came from, as {@code host:port}
 * @param reportedAt when it came
 */
public record ReportedApplication(
        ApplicationMetadata metadata, String principal, String remoteAddress, Instant reportedAt) {}
