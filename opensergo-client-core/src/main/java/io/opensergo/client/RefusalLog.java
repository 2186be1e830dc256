package io.opensergo.client;

import io.opensergo.api.RuleKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs keys that the control plane refuses. A logger of its own, since those who are told of a
 * refusal by its error, and report it themselves, may switch it off.
 */
final class RefusalLog {

    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private RefusalLog() {}

    static void refused(RuleKey key, int code, String reason) {
        LOG.warn("The control plane refused {} with code {}: {}", key, code, reason);
    }
}
