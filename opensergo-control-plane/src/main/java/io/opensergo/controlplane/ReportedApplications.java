package io.opensergo.controlplane;

import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last report of each instance. Since nobody tells when an instance ends, the oldest reports
 * are forgotten beyond a number and a size.
 *
 * <p>For any number of threads.
 */
final class ReportedApplications {

    private final int maxInstances;
    private final long maxBytes;

    /** The oldest report first. */
    private final Map<Instance, Entry> entries = new LinkedHashMap<>();

    private long bytes;

    /** What tells an instance apart, whatever it says of itself. */
    private record Instance(String app, String hostName, long pid, Instant startTime) {

        static Instance of(ApplicationMetadata metadata) {
            Node node = metadata.node();
            return new Instance(metadata.app(), node.hostName(), node.pid(), node.startTime());
        }
    }

    private record Entry(ReportedApplication report, int bytes) {}

    ReportedApplications(int maxInstances, long maxBytes) {
        this.maxInstances = maxInstances;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a report in place of the last one of its instance.
     *
     * @param size its size as a message, in bytes
     * @return whether the instance is new
     */
    synchronized boolean put(ReportedApplication report, int size) {
        Instance instance = Instance.of(report.metadata());
        Entry before = entries.remove(instance);
        entries.put(instance, new Entry(report, size));
        bytes += size - (before == null ? 0 : before.bytes());
        Iterator<Entry> oldest = entries.values().iterator();
        while ((entries.size() > maxInstances || bytes > maxBytes) && entries.size() > 1) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
        return before == null;
    }

    /** Returns all of them, the oldest report first. */
    synchronized List<ReportedApplication> all() {
        return entries.values().stream().map(Entry::report).toList();
    }
}
