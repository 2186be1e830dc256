package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The moment when the rules of a push came into force at the control plane that pushes them: a
 * {@code google.protobuf.Timestamp} in the details of the response's status.
 *
 * <p>It is the time of the last change of the rules and not that of the push: a control plane that
 * pushes them again, to another stream or to one that asks again, repeats it. So the time from the
 * stamp to the arrival is how long a change took to propagate only for a push that is not the first
 * of its key on a stream. Both ends read their own clocks.
 *
 * <p>It stands there because public clients read no details and public control planes send none;
 * {@link WireCodec#decode} passes over it.
 */
public final class PushStamp {

    static final String TYPE_NAME = Timestamp.getDescriptor().getFullName();

    /** The range of a valid timestamp: the years 1 to 9999. */
    private static final long MIN_SECOND = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();

    private static final long MAX_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private PushStamp() {}

    /**
     * Returns the detail that bears a moment.
     *
     * @throws IllegalArgumentException if the moment is not in the years 1 to 9999
     */
    public static Any write(Instant moment) {
        if (!isValid(moment.getEpochSecond(), moment.getNano())) {
            throw new IllegalArgumentException(
                    "moment must be in the years 1 to 9999, was " + moment);
        }
        return Anys.pack(
                Timestamp.newBuilder()
                        .setSeconds(moment.getEpochSecond())
                        .setNanos(moment.getNano())
                        .build());
    }

    /**
     * Returns the moment that a push bears.
     *
     * @param details {@code status.details} of the response
     * @return the first stamp among the details; {@code null} if there is none, or if it is no
     *     timestamp of the years 1 to 9999
     */
    public static @Nullable Instant of(List<Any> details) {
        for (Any detail : details) {
            if (isStamp(detail)) {
                return read(detail);
            }
        }
        return null;
    }

    static boolean isStamp(Any detail) {
        return Anys.is(detail, TYPE_NAME);
    }

    private static @Nullable Instant read(Any detail) {
        try {
            Timestamp stamp = Timestamp.parseFrom(detail.getValue());
            return isValid(stamp.getSeconds(), stamp.getNanos())
                    ? Instant.ofEpochSecond(stamp.getSeconds(), stamp.getNanos())
                    : null;
        } catch (InvalidProtocolBufferException e) {
            return null; // the rules of the push are none the worse for it
        }
    }

    private static boolean isValid(long second, int nanos) {
        return second >= MIN_SECOND
                && second <= MAX_SECOND
                && nanos >= 0
                && nanos < NANOS_PER_SECOND;
    }
}
