package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.util.TimeUtil;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Requests as an application makes them through Sentinel. */
final class Calls {

    /** Sentinel counts in parts of this length; in one of them a limit per second is exact. */
    private static final long PART_MILLIS = 500;

    private Calls() {}

    static boolean passes(String resource) {
        return refusal(resource).isEmpty();
    }

    /** Makes an inbound request, and returns its refusal if it is refused. */
    static Optional<BlockException> refusal(String resource) {
        return refusal(resource, EntryType.IN);
    }

    static Optional<BlockException> refusal(String resource, EntryType type) {
        try {
            SphU.entry(resource, type).exit();
            return Optional.empty();
        } catch (BlockException e) {
            return Optional.of(e);
        }
    }

    static int passed(String resource, int requests) {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += passes(resource) ? 1 : 0;
        }
        return passed;
    }

    /** Makes a request that fails, if it is not refused. */
    static void fail(String resource, Exception error) {
        try (Entry entry = SphU.entry(resource)) {
            Tracer.traceEntry(error, entry);
        } catch (BlockException e) {
            throw new AssertionError("refused: " + resource, e);
        }
    }

    static void succeed(String resource) {
        if (!passes(resource)) {
            throw new AssertionError("refused: " + resource);
        }
    }

    /**
     * Runs requests on one fresh resource after the other, until those on one fell into one part of
     * Sentinel's second, and says on which.
     */
    static String inOnePart(List<String> resources, Consumer<String> requests) {
        for (String resource : resources) {
            long before = TimeUtil.currentTimeMillis() / PART_MILLIS;
            requests.accept(resource);
            if (TimeUtil.currentTimeMillis() / PART_MILLIS == before) {
                return resource;
            }
        }
        throw new AssertionError("this machine is too slow");
    }
}
