package io.opensergo.controlplane;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opensergo.proto.ApplicationMetadataMapping;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last report of each instance. Since nobody tells when an instance ends, the reports that have
 * not been repeated for longest are forgotten beyond a number and a size.
 *
 * <p>Reports are kept as the bytes of their messages, which records are many times the size of.
 *
 * <p>For any number of threads.
 */
final class ReportedApplications {

    /** What an entry takes beside its message, more or less. */
    private static final int ENTRY_BYTES = 500;

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

    private record Entry(ByteString message, Caller caller, Instant reportedAt) {

        long bytes() {
            return ENTRY_BYTES + (long) message.size();
        }

        ReportedApplication report() {
            try {
                var request = ReportMetadataRequest.parseFrom(message);
                return new ReportedApplication(
                        ApplicationMetadataMapping.decode(request),
                        caller.principal(),
                        caller.address(),
                        reportedAt);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("it was read when it came", e);
            }
        }
    }

    ReportedApplications(int maxInstances, long maxBytes) {
        this.maxInstances = maxInstances;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a report in place of the last one of its instance.
     *
     * @return whether the instance is new
     * @throws io.opensergo.rules.InvalidRuleException if something in it is missing or out of range
     */
    boolean put(ReportMetadataRequest request, Caller caller, Instant now) {
        Instance instance = Instance.of(ApplicationMetadataMapping.decode(request));
        return put(instance, new Entry(request.toByteString(), caller, now));
    }

    private synchronized boolean put(Instance instance, Entry entry) {
        Entry before = entries.remove(instance);
        entries.put(instance, entry);
        bytes += entry.bytes() - (before == null ? 0 : before.bytes());
        Iterator<Entry> oldest = entries.values().iterator();
        while ((entries.size() > maxInstances || bytes > maxBytes) && entries.size() > 1) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
        return before == null;
    }

    /** Returns all of them, the oldest report first. */
    List<ReportedApplication> all() {
        List<Entry> all;
        synchronized (this) {
            all = List.copyOf(entries.values());
        }
        return all.stream().map(Entry::report).toList();
    }
}
