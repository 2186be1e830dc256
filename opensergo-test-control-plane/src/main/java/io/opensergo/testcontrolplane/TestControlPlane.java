package io.opensergo.testcontrolplane;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneBuilder;
import io.opensergo.controlplane.ControlPlaneStatus;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A control plane of this process on a free port of the loopback interface, which fails on demand.
 * It is the one that serves in production, behind a relay that keeps the port.
 *
 * <p>Each fault has happened when the method returns; what clients make of it takes them some time.
 * For any number of threads; faults happen one after the other.
 */
public final class TestControlPlane implements AutoCloseable {

    private static final RuleReader READER = RuleReader.strict().withKinds(RuleKinds.installed());

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final Doorkeeper doorkeeper = new Doorkeeper();
    private final Consumer<ControlPlaneBuilder> settings;
    private final FaultyRelay relay;

    /** Guarded by this, as are all changes of it. */
    private @Nullable ControlPlane running;

    private TestControlPlane(Consumer<ControlPlaneBuilder> settings) {
        this.settings = settings;
        ControlPlane first = startOne();
        try {
            this.relay = FaultyRelay.start(first.port());
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
        this.running = first;
    }

    /**
     * Starts one without rules, TLS and credentials.
     *
     * @throws java.io.UncheckedIOException if it cannot listen
     */
    public static TestControlPlane start() {
        return start(builder -> {});
    }

    /**
     * Starts one with settings of a control plane, such as TLS; port, source and, unless they have
     * another one, authorizer are those of the test.
     *
     * @throws java.io.UncheckedIOException if it cannot listen
     */
    public static TestControlPlane start(Consumer<ControlPlaneBuilder> settings) {
        return new TestControlPlane(settings);
    }

    private ControlPlane startOne() {
        ControlPlaneBuilder builder =
                ControlPlane.builder()
                        .kinds(RuleKinds.installed())
                        .authorizer(doorkeeper)
                        .drainTimeout(Duration.ofMillis(100));
        settings.accept(builder);
        return builder.port(0).source(rules).start();
    }

    /** Returns the port it is reached at, the same through all faults. */
    public int port() {
        return relay.port();
    }

    /** Returns {@code localhost} and the port, for the settings of a client. */
    public String endpoint() {
        return "localhost:" + port();
    }

    /**
     * Puts the rules of documents, each in the place of the one of the same id.
     *
     * @throws io.opensergo.rules.document.RuleDocumentException if one is not valid, with its place
     */
    public void put(String documents) {
        rules.put(READER.read(documents, "documents").orThrow());
    }

    /**
     * Makes the rules of documents the only ones.
     *
     * @throws io.opensergo.rules.document.RuleDocumentException if one is not valid, with its place
     */
    public void replaceAll(String documents) {
        rules.replaceAll(READER.read(documents, "documents").orThrow());
    }

    /** Puts rules, each in the place of the one of the same id. */
    public void put(Collection<? extends Rule> newRules) {
        rules.put(newRules);
    }

    /** Deletes rules; ids of no rule are ignored. */
    public void delete(RuleId... ids) {
        rules.delete(ids);
    }

    /**
     * Returns what the control plane is doing now.
     *
     * @throws IllegalStateException if it is stopped
     */
    public synchronized ControlPlaneStatus status() {
        if (running == null) {
            throw new IllegalStateException("the control plane is stopped; restart it");
        }
        return running.status();
    }

    /** Breaks all connections. Whoever comes again is served. */
    public void disconnect() {
        relay.cut();
    }

    /** Keeps connections and takes new ones, and lets nothing pass until {@link #speakAgain}. */
    public void fallSilent() {
        relay.setSilent(true);
    }

    /** Ends the silence; what was sent meanwhile passes. */
    public void speakAgain() {
        relay.setSilent(false);
    }

    /** Knows no client until {@link #admit}, and breaks all connections. */
    public void refuse() {
        doorkeeper.admit(false);
        relay.cut();
    }

    /** Knows every client again. */
    public void admit() {
        doorkeeper.admit(true);
    }

    /**
     * Stops. Connections break, and new ones end as soon as they are made, until {@link #restart}.
     */
    public synchronized void stop() {
        relay.leadTo(FaultyRelay.NOWHERE);
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** Stops, unless it is stopped, and starts another one at the same port with the same rules. */
    public synchronized void restart() {
        stop();
        ControlPlane next = startOne();
        running = next;
        relay.leadTo(next.port());
    }

    /** Stops for good. Closing again does nothing. */
    @Override
    public synchronized void close() {
        stop();
        relay.close();
    }
}
