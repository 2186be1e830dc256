package io.opensergo.proto;

import io.opensergo.proto.internal.common.v1.TimeUnit;
import io.opensergo.rules.InvalidRuleException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Durations on the wire: a number with a unit, or a protobuf duration. */
final class WireTimes {

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private static final List<TimeUnit> FINEST_FIRST =
            List.of(
                    TimeUnit.MILLISECOND,
                    TimeUnit.SECOND,
                    TimeUnit.MINUTE,
                    TimeUnit.HOUR,
                    TimeUnit.DAY);

    private WireTimes() {}

    /**
     * Returns a duration.
     *
     * @param field what to call it if it is wrong
     * @param unit the number of its unit
     * @param unitIfUnset what the public control plane means when it leaves the unit at 0; a
     *     negative one is not set either
     * @throws InvalidRuleException if there is no such unit or duration
     */
    static Duration decode(String field, long amount, int unit, TimeUnit unitIfUnset) {
        TimeUnit given = unit <= 0 ? unitIfUnset : TimeUnit.forNumber(unit);
        if (given == null) {
            throw MessageFaults.invalid(
                    field + "TimeUnit",
                    "must be a unit from 1 (millisecond) to 5 (day)",
                    Integer.toString(unit));
        }
        ChronoUnit known = chronoUnit(given);
        try {
            return Duration.of(amount, known);
        } catch (ArithmeticException e) {
            throw MessageFaults.invalid(
                    field, "must be a duration that fits 64 bits of seconds", amount + " " + known);
        }
    }

    /** Returns the finest unit in which a duration fits 32 bits; the coarsest if it fits none. */
    static TimeUnit unitOf(Duration duration) {
        for (TimeUnit unit : FINEST_FIRST) {
            if (duration.dividedBy(chronoUnit(unit).getDuration()) <= Integer.MAX_VALUE) {
                return unit;
            }
        }
        return TimeUnit.DAY;
    }

    /** Returns a duration in a unit, rounded down, and at most what fits 32 bits. */
    static int amountOf(Duration duration, TimeUnit unit) {
        long amount = duration.dividedBy(chronoUnit(unit).getDuration());
        return (int) Math.min(amount, Integer.MAX_VALUE);
    }

    private static ChronoUnit chronoUnit(TimeUnit unit) {
        return switch (unit) {
            case MILLISECOND -> ChronoUnit.MILLIS;
            case SECOND -> ChronoUnit.SECONDS;
            case MINUTE -> ChronoUnit.MINUTES;
            case HOUR -> ChronoUnit.HOURS;
            case DAY -> ChronoUnit.DAYS;
            case UNKNOWN, UNRECOGNIZED -> throw new IllegalArgumentException(unit.name());
        };
    }

    static com.google.protobuf.Duration encode(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /**
     * Returns a duration of 0 or more, or {@code null} if it is negative, which means that it is
     * not set. Zero is a value: Envoy takes a time limit of 0 for none at all.
     */
    static @Nullable Duration decodeLimit(String field, com.google.protobuf.Duration duration) {
        if (Math.abs((long) duration.getNanos()) >= NANOS_PER_SECOND
                || duration.getSeconds() == Long.MIN_VALUE) {
            throw MessageFaults.invalid(
                    field,
                    "must be a duration with less than a second of nanoseconds",
                    duration.getSeconds() + " s and " + duration.getNanos() + " ns");
        }
        Duration decoded = Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
        return decoded.isNegative() ? null : decoded;
    }
}
