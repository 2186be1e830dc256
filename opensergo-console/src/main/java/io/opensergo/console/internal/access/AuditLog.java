package io.opensergo.console.internal.access;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who did what, when and from where: the last events in memory, and each as a line of the logger
 * {@value #LOGGER}, by which it can be kept. What a caller sent stands in it in one line and cut.
 *
 * <p>For any number of threads.
 */
public final class AuditLog {

    /** The name of its logger. */
    public static final String LOGGER = "io.opensergo.console.audit";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final int MAX_TEXT = 200;

    /**
     * Something that was done or tried.
     *
     * @param time when
     * @param client the name of who did it; empty if it is not known
     * @param remoteAddress from where
     * @param action what, such as {@code login}
     * @param outcome {@code done} or {@code refused}
     * @param detail of what, and why not
     */
    public record Event(
            String time,
            String client,
            String remoteAddress,
            String action,
            String outcome,
            String detail) {}

    private final int capacity;
    private final InstantSource clock;
    private final Deque<Event> events = new ArrayDeque<>(); // guarded by itself

    /**
     * @param capacity how many events are kept
     */
    public AuditLog(int capacity, InstantSource clock) {
        this.capacity = capacity;
        this.clock = clock;
    }

    /** Takes down what was done. */
    public void done(String client, String remoteAddress, String action, String detail) {
        add(client, remoteAddress, action, "done", detail);
    }

    /** Takes down what was refused. */
    public void refused(String client, String remoteAddress, String action, String detail) {
        add(client, remoteAddress, action, "refused", detail);
    }

    private void add(
            String client, String remoteAddress, String action, String outcome, String detail) {
        Instant now = clock.instant();
        var event =
                new Event(
                        now.toString(),
                        line(client),
                        line(remoteAddress),
                        line(action),
                        outcome,
                        line(detail));
        synchronized (events) {
            if (events.size() == capacity) {
                events.removeFirst();
            }
            events.addLast(event);
        }
        LOG.info(
                "{} {} by '{}' at {}: {}",
                event.action(),
                outcome,
                event.client(),
                event.remoteAddress(),
                event.detail());
    }

    private static String line(String text) {
        String printable = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return printable.length() <= MAX_TEXT ? printable : printable.substring(0, MAX_TEXT) + "…";
    }

    /** Returns the latest events that a filter takes, the newest first. */
    public List<Event> latest(int most, Predicate<Event> filter) {
        List<Event> all;
        synchronized (events) {
            all = new ArrayList<>(events);
        }
        Collections.reverse(all);
        return all.stream().filter(filter).limit(most).toList();
    }
}
