package io.opensergo.client;

import java.time.Duration;
import java.util.function.IntConsumer;
import reactor.core.Disposable;

/**
 * A number of instances that rises at once and falls only when it has stayed low for a while: each
 * instance applies its share of a limit by it, and after a restart of the control plane, or a move
 * to another one, instances are counted from one again. Confined to the event loop.
 */
final class SettledCount {

    private final TaskTimer timer;
    private final Duration patience;
    private final IntConsumer onChange;
    private int current;
    private int latest;

    /** The highest number since the one in force was last confirmed, while it is not. */
    private int highest;

    private boolean falling;
    private Disposable fall = () -> {};

    /**
     * @param patience how long a number must be lower
     * @param onChange told each number that counts from then on
     */
    SettledCount(TaskTimer timer, Duration patience, IntConsumer onChange) {
        this.timer = timer;
        this.patience = patience;
        this.onChange = onChange;
    }

    /** Returns the number that counts; 0 if there is none yet. */
    int current() {
        return current;
    }

    /** Takes the number of now. */
    void offer(int count) {
        latest = count;
        if (count >= current) {
            stop();
            become(count);
        } else if (falling) {
            highest = Math.max(highest, count);
        } else {
            wait(count);
        }
    }

    private void wait(int count) {
        falling = true;
        highest = count;
        fall = timer.schedule(patience, this::settle);
    }

    private void settle() {
        falling = false;
        become(highest);
        if (latest < current) {
            wait(latest);
        }
    }

    private void become(int count) {
        if (count != current) {
            current = count;
            onChange.accept(count);
        }
    }

    /** Keeps the number of now, whatever was on its way. */
    void stop() {
        falling = false;
        fall.dispose();
    }
}
