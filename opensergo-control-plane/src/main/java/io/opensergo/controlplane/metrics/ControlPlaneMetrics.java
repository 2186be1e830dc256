package io.opensergo.controlplane.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneStatus;
import io.opensergo.controlplane.ControlPlaneStatus.Refusals;
import io.opensergo.controlplane.SubscriberStatus;
import io.opensergo.rules.document.Problem;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a control plane. They are read when the registry asks for them, all of one request
 * from one look at {@link ControlPlane#status()}, and cost nothing in between.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>tags</th><th>what it says</th></tr>
 * <tr><td>{@code opensergo.control.plane.rules}</td><td></td><td>rules in force</td></tr>
 * <tr><td>{@code opensergo.control.plane.revision}</td><td></td><td>the version of what is pushed now, in
 *     microseconds since 1970; equal in replicas that have the same rules</td></tr>
 * <tr><td>{@code opensergo.control.plane.problems}</td><td>severity</td><td>what is wrong with the rules now</td></tr>
 * <tr><td>{@code opensergo.control.plane.connections}</td><td></td><td>open connections</td></tr>
 * <tr><td>{@code opensergo.control.plane.calls}</td><td></td><td>open calls of all services</td></tr>
 * <tr><td>{@code opensergo.control.plane.streams}</td><td></td><td>open streams of subscribers</td></tr>
 * <tr><td>{@code opensergo.control.plane.subscriptions}</td><td></td><td>keys that they follow</td></tr>
 * <tr><td>{@code opensergo.control.plane.subscriptions.behind}</td><td></td><td>of these, keys whose last push is not
 *     accepted: it is under way, unanswered or refused</td></tr>
 * <tr><td>{@code opensergo.control.plane.applications}</td><td></td><td>instances whose last report of services is
 *     known</td></tr>
 * <tr><td>{@code opensergo.control.plane.pushes}</td><td></td><td>pushes sent</td></tr>
 * <tr><td>{@code opensergo.control.plane.pushes.accepted}</td><td></td><td>pushes accepted</td></tr>
 * <tr><td>{@code opensergo.control.plane.refusals}</td><td>reason</td><td>what was refused, a reason for each component
 *     of {@link Refusals}, such as {@code unauthenticated} and {@code refused_pushes}</td></tr>
 * </table>
 *
 * <p>Safe for use by many threads.
 */
public final class ControlPlaneMetrics implements MeterBinder {

    private static final String PREFIX = "opensergo.control.plane.";

    /** What is read within this time is of one request of the registry. */
    private static final long SHARED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ControlPlane controlPlane;
    private final Tags tags;
    private final LongSupplier nanoTime;
    private @Nullable Sample latest; // guarded by this

    /** Makes the metrics of the only control plane of a process. */
    public ControlPlaneMetrics(ControlPlane controlPlane) {
        this(controlPlane, Tags.empty());
    }

    /**
     * Makes the metrics of one of several control planes.
     *
     * @param tags of every meter; they tell control planes in one registry apart
     */
    public ControlPlaneMetrics(ControlPlane controlPlane, Iterable<Tag> tags) {
        this(controlPlane, tags, System::nanoTime);
    }

    ControlPlaneMetrics(ControlPlane controlPlane, Iterable<Tag> tags, LongSupplier nanoTime) {
        this.controlPlane = controlPlane;
        this.tags = Tags.of(tags);
        this.nanoTime = nanoTime;
    }

    /** What is told at one moment. */
    private record Sample(
            long takenAt, ControlPlaneStatus status, int applications, List<Problem> problems) {

        int subscriptions() {
            return status.subscribers().stream()
                    .mapToInt(each -> each.subscriptions().size())
                    .sum();
        }

        long behind() {
            return status.subscribers().stream()
                    .flatMap(each -> each.subscriptions().stream())
                    .filter(Sample::isBehind)
                    .count();
        }

        private static boolean isBehind(SubscriberStatus.Subscription subscription) {
            return subscription.ackedVersion() < subscription.sentVersion();
        }

        long problems(boolean errors) {
            return problems.stream().filter(each -> each.isError() == errors).count();
        }
    }

    /** Registers the meters. They stay, and tell of a control plane that is closed as it was. */
    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "rules", Tags.empty(), sample -> sample.status().rules());
        gauge(registry, "revision", Tags.empty(), sample -> sample.status().revision());
        gauge(registry, "problems", Tags.of("severity", "error"), sample -> sample.problems(true));
        gauge(
                registry,
                "problems",
                Tags.of("severity", "warning"),
                sample -> sample.problems(false));
        gauge(registry, "connections", Tags.empty(), sample -> sample.status().openConnections());
        gauge(registry, "calls", Tags.empty(), sample -> sample.status().openCalls());
        gauge(registry, "streams", Tags.empty(), sample -> sample.status().subscribers().size());
        gauge(registry, "subscriptions", Tags.empty(), Sample::subscriptions);
        gauge(registry, "subscriptions.behind", Tags.empty(), Sample::behind);
        gauge(registry, "applications", Tags.empty(), Sample::applications);
        counter(registry, "pushes", Tags.empty(), sample -> sample.status().pushes());
        counter(
                registry,
                "pushes.accepted",
                Tags.empty(),
                sample -> sample.status().acceptedPushes());
        for (RecordComponent reason : Refusals.class.getRecordComponents()) {
            counter(
                    registry,
                    "refusals",
                    Tags.of("reason", snakeCase(reason.getName())),
                    sample -> count(reason, sample.status().refusals()));
        }
    }

    /** Registries hold what they ask weakly: it is the control plane, which its owner holds. */
    private void gauge(
            MeterRegistry registry, String name, Tags more, ToDoubleFunction<Sample> value) {
        Gauge.builder(PREFIX + name, controlPlane, any -> value.applyAsDouble(sample()))
                .tags(tags.and(more))
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, Tags more, ToDoubleFunction<Sample> value) {
        FunctionCounter.builder(PREFIX + name, controlPlane, any -> value.applyAsDouble(sample()))
                .tags(tags.and(more))
                .register(registry);
    }

    private synchronized Sample sample() {
        long now = nanoTime.getAsLong();
        Sample last = latest;
        if (last == null || now - last.takenAt() >= SHARED_NANOS) {
            last =
                    new Sample(
                            now,
                            controlPlane.status(),
                            controlPlane.applications().size(),
                            controlPlane.problems());
            latest = last;
        }
        return last;
    }

    private static double count(RecordComponent reason, Refusals refusals) {
        try {
            return ((Number) reason.getAccessor().invoke(refusals)).doubleValue();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + reason, e);
        }
    }

    private static String snakeCase(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
