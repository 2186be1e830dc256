package io.opensergo.governance;

import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/** Keeps the number of instances up to date; one that cannot be told stays as it was. */
final class InstanceCount {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceCount.class);

    private final IntSupplier supplier;
    private final Engine engine;
    private final Runnable onChange;
    private final Disposable task;
    private boolean failing;

    private InstanceCount(IntSupplier supplier, Engine engine, Runnable onChange) {
        this.supplier = supplier;
        this.engine = engine;
        this.onChange = onChange;
        refresh();
        task = engine.waits().repeat(this::refreshAndTell, Duration.ofSeconds(1));
    }

    /** Asks a supplier now and about once a second; {@code null} if there is none. */
    static @Nullable InstanceCount of(
            @Nullable IntSupplier supplier, Engine engine, Runnable onChange) {
        return supplier == null ? null : new InstanceCount(supplier, engine, onChange);
    }

    private void refreshAndTell() {
        if (refresh()) {
            onChange.run();
        }
    }

    private synchronized boolean refresh() {
        int before = engine.instances();
        try {
            engine.setInstances(supplier.getAsInt());
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn(
                        "The number of instances is unknown; limits are still divided by {}",
                        before,
                        e);
            }
            failing = true;
        }
        return engine.instances() != before;
    }

    void close() {
        task.dispose();
    }
}
