package io.opensergo.governance.internal.limiter;

import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Settings;
import java.util.ArrayList;
import java.util.List;

/** What {@link CircuitBreaker} says of itself, with a list of calls, for one thread. */
final class CircuitBreakerModel {

    private static final long DELAY = 10 * Times.SECOND;

    private Settings settings;
    private Phase phase = Phase.CLOSED;

    /** The wait of an open or probing breaker. */
    private long since;

    private long until;

    /** What the probes on their way are known by. */
    private final List<Long> probes = new ArrayList<>();

    /** The parts of the window of a closed breaker, the oldest first. */
    private final List<Part> parts = new ArrayList<>();

    CircuitBreakerModel(Settings settings) {
        this.settings = settings;
    }

    void edit(Settings newSettings, boolean sameFailures) {
        boolean same =
                settings.slow()
                        ? newSettings.slow() && settings.maxRt() == newSettings.maxRt()
                        : !newSettings.slow() && sameFailures;
        if (!same) {
            parts.clear();
        }
        settings = newSettings;
    }

    Phase phase() {
        return phase;
    }

    Admission tryAcquire(long now, long probe) {
        if (phase == Phase.CLOSED) {
            return Admission.PASS;
        }
        long length = until - since;
        if (since - now > Math.max(length, DELAY)) {
            await(phase, now, length);
        }
        if (now - until < 0) {
            return Admission.REFUSE;
        }
        long probeTimeout =
                settings.slow()
                        ? Math.max(settings.recovery(), settings.maxRt())
                        : settings.recovery();
        if (phase == Phase.OPEN) {
            probes.clear();
        }
        probes.add(probe);
        if (probes.size() > 16) {
            probes.remove(1);
        }
        await(Phase.HALF_OPEN, now, probeTimeout);
        return Admission.PROBE;
    }

    void record(long now, long rt, boolean failed, long probe) {
        boolean bad = settings.slow() ? rt > settings.maxRt() : failed;
        if (phase == Phase.CLOSED) {
            partAt(now).calls.add(bad);
            if (mustOpen()) {
                await(Phase.OPEN, now, settings.recovery());
            }
        } else if (phase == Phase.HALF_OPEN && probes.contains(probe)) {
            if (bad) {
                await(Phase.OPEN, now, settings.recovery());
            } else {
                phase = Phase.CLOSED;
                parts.clear();
            }
        }
    }

    void giveBackProbe(long now, long probe) {
        int index = probes.indexOf(probe);
        if (phase != Phase.HALF_OPEN || index < 0) {
            return;
        }
        probes.remove(index);
        if (probes.isEmpty()) {
            await(Phase.OPEN, now, 0);
        } else if (index == probes.size()) {
            await(Phase.HALF_OPEN, now, 0);
        }
    }

    long calls(long now) {
        return phase == Phase.CLOSED ? calls(now, false).size() : 0;
    }

    long badCalls(long now) {
        return phase == Phase.CLOSED ? calls(now, true).size() : 0;
    }

    private List<Boolean> calls(long now, boolean onlyBad) {
        return parts.stream()
                .filter(part -> now - part.begin < settings.window())
                .flatMap(part -> part.calls.stream())
                .filter(bad -> bad || !onlyBad)
                .toList();
    }

    private boolean mustOpen() {
        long calls = 0;
        long bad = 0;
        for (Part part : parts) {
            calls += part.calls.size();
            bad += part.calls.stream().filter(isBad -> isBad).count();
        }
        return calls >= settings.minCalls()
                && bad >= 1
                && (double) bad / calls >= settings.percent() / 100.0;
    }

    private void await(Phase newPhase, long now, long length) {
        phase = newPhase;
        since = now;
        until = now + length;
    }

    private Part partAt(long now) {
        if (parts.isEmpty()) {
            return begin(now);
        }
        Part newest = newest();
        if (newest.begin - now >= Math.max(settings.window(), DELAY)) {
            Part all = new Part(now, settings.window());
            parts.forEach(part -> all.calls.addAll(part.calls));
            parts.clear();
            parts.add(all);
            return begin(now);
        }
        long time = now - newest.begin < 0 ? newest.begin : now;
        boolean ended = time - newest.begin >= Math.max(1, settings.window() / 16);
        boolean forgets = parts.stream().anyMatch(part -> isForgotten(part, time));
        return ended || forgets || newest.window != settings.window() ? begin(time) : newest;
    }

    private Part begin(long time) {
        parts.removeIf(part -> isForgotten(part, time));
        parts.add(new Part(time, settings.window()));
        return newest();
    }

    private boolean isForgotten(Part part, long time) {
        return time - part.begin >= settings.window();
    }

    private Part newest() {
        return parts.get(parts.size() - 1);
    }

    /** A part of the window: of each of its calls, whether it was bad. */
    private static final class Part {

        private final long begin;
        private final long window;
        private final List<Boolean> calls = new ArrayList<>();

        private Part(long begin, long window) {
            this.begin = begin;
            this.window = window;
        }
    }
}
