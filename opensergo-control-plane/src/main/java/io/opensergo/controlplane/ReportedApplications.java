package io.opensergo.controlplane;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opensergo.proto.ApplicationMetadataMapping;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The last report of each instance. Since nobody tells when an instance ends, reports are forgotten
 * beyond a number and a size: of the client that takes most, those that it has not repeated for
 * longest. So no client pushes out what others report.
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
    private final Map<Instance, String> clients = new HashMap<>();
    private final Map<String, Reports> byClient = new HashMap<>();
    private long bytes;
    private long puts;

    /** What tells an instance apart, whatever it says of itself: no client speaks for another's. */
    private record Instance(
            String principal, String app, String hostName, long pid, Instant startTime) {

        static Instance of(ApplicationMetadata metadata, Caller caller) {
            Node node = metadata.node();
            return new Instance(
                    caller.principal(),
                    metadata.app(),
                    node.hostName(),
                    node.pid(),
                    node.startTime());
        }
    }

    /** The reports of one client, the oldest first. */
    private static final class Reports {

        private final Map<Instance, Entry> entries = new LinkedHashMap<>();
        private long bytes;

        long bytes() {
            return bytes;
        }

        void put(Instance instance, Entry entry) {
            entries.put(instance, entry);
            bytes += entry.bytes();
        }

        void remove(Instance instance) {
            bytes -= Objects.requireNonNull(entries.remove(instance)).bytes();
        }

        Instance removeOldest() {
            Iterator<Instance> oldest = entries.keySet().iterator();
            Instance instance = oldest.next();
            remove(instance);
            return instance;
        }

        boolean isEmpty() {
            return entries.isEmpty();
        }

        Stream<Entry> all() {
            return entries.values().stream();
        }
    }

    private record Entry(long number, ByteString message, Caller caller, Instant reportedAt) {

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

    /** What came of a report: whether its instance is new, and how many others were forgotten. */
    record Taken(boolean isNew, int forgotten) {}

    ReportedApplications(int maxInstances, long maxBytes) {
        this.maxInstances = maxInstances;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a report in place of the last one of its instance.
     *
     * @throws io.opensergo.rules.InvalidRuleException if something in it is missing or out of range
     */
    Taken put(ReportMetadataRequest request, Caller caller, Instant now) {
        Instance instance = Instance.of(ApplicationMetadataMapping.decode(request), caller);
        ByteString message = request.toByteString();
        synchronized (this) {
            boolean isNew = !remove(instance);
            var entry = new Entry(++puts, message, caller, now);
            String client = caller.countedAs();
            clients.put(instance, client);
            byClient.computeIfAbsent(client, c -> new Reports()).put(instance, entry);
            bytes += entry.bytes();
            return new Taken(isNew, forget());
        }
    }

    private boolean remove(Instance instance) {
        String client = clients.remove(instance);
        if (client == null) {
            return false;
        }
        Reports reports = Objects.requireNonNull(byClient.get(client));
        long before = reports.bytes();
        reports.remove(instance);
        bytes -= before - reports.bytes();
        removeIfEmpty(client, reports);
        return true;
    }

    private void removeIfEmpty(String client, Reports reports) {
        if (reports.isEmpty()) {
            byClient.remove(client);
        }
    }

    private int forget() {
        int forgotten = 0;
        while ((clients.size() > maxInstances || bytes > maxBytes) && clients.size() > 1) {
            Map.Entry<String, Reports> largest =
                    byClient.entrySet().stream()
                            .max(Map.Entry.comparingByValue(Comparator.comparing(Reports::bytes)))
                            .orElseThrow();
            Reports reports = largest.getValue();
            long before = reports.bytes();
            clients.remove(reports.removeOldest());
            bytes -= before - reports.bytes();
            removeIfEmpty(largest.getKey(), reports);
            forgotten++;
        }
        return forgotten;
    }

    /** Returns all of them, the oldest report first. */
    List<ReportedApplication> all() {
        List<Entry> all;
        synchronized (this) {
            all =
                    byClient.values().stream()
                            .flatMap(Reports::all)
                            .sorted(Comparator.comparingLong(Entry::number))
                            .toList();
        }
        return all.stream().map(Entry::report).toList();
    }
}
