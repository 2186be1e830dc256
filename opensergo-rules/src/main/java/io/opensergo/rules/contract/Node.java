package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * A running instance of an application. Host, process and start together tell it apart from every
 * other.
 *
 * @param hostName the name of its host
 * @param pid its process id, 0 to 2^32 - 1
 * @param startTime when the process started, since ids of processes are used again
 * @param locality where it runs, or {@code null}
 * @param tag the tag of its traffic lane or version, or {@code null}
 * @param cluster the cluster it belongs to, or {@code null}
 * @param env its environment, such as {@code staging}, or {@code null}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Node(
        String hostName,
        long pid,
        Instant startTime,
        @Nullable Locality locality,
        @Nullable String tag,
        @Nullable String cluster,
        @Nullable String env) {

    private static final long MAX_PID = (1L << 32) - 1;

    /**
     * Checks the constraints.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the host is empty or the pid out of range
     */
    public Node {
        var violations = new Violations();
        violations.text("identifier.hostName", hostName);
        violations.range("identifier.pid", pid, 0, MAX_PID);
        violations.required("identifier.startTimestamp", startTime);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static NodeBuilders.HostName builder() {
        return NodeBuilder.builder();
    }

    /** Starts a builder from these values. */
    public NodeBuilder toBuilder() {
        return NodeBuilder.from(this);
    }

    /**
     * Returns an instance about which nothing else is known.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the host is empty or the pid out of range
     */
    public static Node of(String hostName, long pid, Instant startTime) {
        return builder().hostName(hostName).pid(pid).startTime(startTime).build();
    }

    /** Returns the same instance with a tag. */
    public Node withTag(String tag) {
        return toBuilder().tag(tag).build();
    }

    /** Returns this process: its host's name, its id and when it started. */
    public static Node ofThisProcess() {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        return of(
                hostNameOfThisProcess(),
                runtime.getPid(),
                Instant.ofEpochMilli(runtime.getStartTime()));
    }

    private static String hostNameOfThisProcess() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // the host has no name that resolves; its process id still tells it
            // apart
        }
    }
}
