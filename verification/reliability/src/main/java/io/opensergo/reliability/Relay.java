package io.opensergo.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a connection: takes bytes from one socket and gives them to the other, or as its
 * faults will have it. Confined to the proxy's loop.
 */
final class Relay {

    /** What happens to a relay. */
    interface Owner {

        /** Everything was forwarded and the source has nothing more to say. */
        void finished();

        /** So many bytes were forwarded as were to be forwarded. */
        void exhausted();
    }

    /** Enough to keep a line busy; the source is held back beyond that. */
    private static final int MAX_QUEUED = 256 * 1024;

    private static final int READ_SIZE = 16 * 1024;
    private static final long UNLIMITED = Long.MAX_VALUE;

    private record Chunk(ByteBuffer bytes, long dueNanos) {}

    private final ProxyLoop loop;
    private final Side source;
    private final Side sink;
    private final Owner owner;
    private final Deque<Chunk> queue = new ArrayDeque<>();
    private int queued;
    private long forwarded;
    private boolean started;
    private boolean sourceEnded;
    private boolean finished;
    private boolean timerRuns;

    /** The faults. */
    private boolean swallowing;

    private Duration latency = Duration.ZERO;
    private int dripBytes = Integer.MAX_VALUE;
    private Duration dripInterval = Duration.ZERO;
    private long nextDripNanos = System.nanoTime();
    private long left = UNLIMITED;

    Relay(ProxyLoop loop, Side source, Side sink, Owner owner) {
        this.loop = loop;
        this.source = source;
        this.sink = sink;
        this.owner = owner;
    }

    /** Begins to read: both sockets are connected. */
    void start() throws IOException {
        started = true;
        flush();
    }

    /** Returns how many bytes were forwarded. */
    long forwarded() {
        return forwarded;
    }

    /** Returns whether the sink was told the end of the source. */
    boolean isFinished() {
        return finished;
    }

    void latency(Duration delay) {
        latency = delay;
    }

    void drip(int bytes, Duration interval) {
        dripBytes = bytes;
        dripInterval = interval;
    }

    /** Drops what is on its way and whatever comes from now on, its end included. */
    void swallow() {
        swallowing = true;
        queue.clear();
        queued = 0;
    }

    void truncateAfter(long bytes) throws IOException {
        left = bytes;
        flush();
    }

    /** Takes back every fault but {@link #swallow}, after which bytes are missing. */
    void restore() throws IOException {
        latency = Duration.ZERO;
        dripBytes = Integer.MAX_VALUE;
        dripInterval = Duration.ZERO;
        nextDripNanos = System.nanoTime();
        left = UNLIMITED;
        flush();
    }

    /** Ends the stream of bytes to the sink here and now, as a peer that closes does. */
    void end() throws IOException {
        swallow();
        left = UNLIMITED;
        sink.endOutput();
    }

    /** The source has bytes or an end. */
    void read() throws IOException {
        var buffer = ByteBuffer.allocate(READ_SIZE);
        int count = source.channel().read(buffer);
        if (count < 0) {
            sourceEnded = true;
            if (swallowing) {
                source.close();
            }
        } else if (!swallowing) {
            queue.add(new Chunk(buffer.flip(), System.nanoTime() + latency.toNanos()));
            queued += count;
        }
        flush();
    }

    /** Forwards what is due and what the sink takes, and sees to what is to happen next. */
    void flush() throws IOException {
        if (!started) {
            return;
        }
        boolean sinkFull = false;
        while (!queue.isEmpty() && !sinkFull && left > 0 && !mustWait()) {
            sinkFull = !write(queue.element().bytes());
        }
        if (left == 0) {
            owner.exhausted();
            return;
        }
        sink.wantWrite(sinkFull);
        source.wantRead(!sourceEnded && queued < MAX_QUEUED);
        if (sourceEnded && queue.isEmpty() && !finished && !swallowing) {
            finished = true;
            sink.endOutput();
            owner.finished();
        }
    }

    private boolean mustWait() {
        long due = queue.element().dueNanos();
        if (!dripInterval.isZero() && nextDripNanos - due > 0) {
            due = nextDripNanos;
        }
        long wait = due - System.nanoTime();
        if (wait <= 0) {
            return false;
        }
        if (!timerRuns) {
            timerRuns = true;
            loop.after(Duration.ofNanos(wait), this::timeHasCome);
        }
        return true;
    }

    private void timeHasCome() {
        timerRuns = false;
        sink.guard(this::flush);
    }

    /** Returns whether the sink took all that it was to take. */
    private boolean write(ByteBuffer bytes) throws IOException {
        int most = (int) Math.min(left, Math.min(bytes.remaining(), dripBytes));
        int written = sink.channel().write(bytes.slice(bytes.position(), most));
        bytes.position(bytes.position() + written);
        queued -= written;
        forwarded += written;
        if (left != UNLIMITED) {
            left -= written;
        }
        if (!bytes.hasRemaining()) {
            queue.remove();
        }
        nextDripNanos = System.nanoTime() + dripInterval.toNanos();
        return written == most;
    }
}
