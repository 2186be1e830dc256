package io.opensergo.client;

import java.time.Duration;
import reactor.core.Disposable;

/** Runs tasks later. */
interface TaskTimer {

    /** Runs a task after a delay, unless it is disposed of before. */
    Disposable schedule(Duration delay, Runnable task);
}
