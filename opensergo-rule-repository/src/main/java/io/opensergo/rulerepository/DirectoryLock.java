package io.opensergo.rulerepository;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps all but one thread of one process from writing. The operating system releases the lock of a
 * process that ends, however it ends: no lock stays behind.
 */
final class DirectoryLock {

    private static final ConcurrentHashMap<Path, ReentrantLock> OF_THIS_PROCESS =
            new ConcurrentHashMap<>();

    private static final long POLL_MILLIS = 10;

    private DirectoryLock() {}

    /** What is done while the lock is held. */
    interface Work<T> {
        T run() throws IOException;
    }

    /**
     * Does something while it holds the lock of a state directory, which must exist.
     *
     * @throws IOException if another process holds it for longer than the time
     */
    static <T> T hold(Path stateDirectory, Duration timeout, Work<T> work) throws IOException {
        Path file = stateDirectory.toRealPath().resolve("lock");
        ReentrantLock ofThreads = OF_THIS_PROCESS.computeIfAbsent(file, key -> new ReentrantLock());
        ofThreads.lock();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            await(channel, file, timeout); // closing the channel releases it
            return work.run();
        } finally {
            ofThreads.unlock();
        }
    }

    private static void await(FileChannel channel, Path file, Duration timeout) throws IOException {
        long begin = System.nanoTime();
        while (channel.tryLock() == null) {
            if (System.nanoTime() - begin > timeout.toNanos()) {
                throw new IOException(
                        "another process has held the lock "
                                + file
                                + " for "
                                + timeout.toSeconds()
                                + " s: let it finish, or end it");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the lock " + file, e);
            }
        }
    }

    static boolean canBeIn(Path stateDirectory) {
        Path existing = stateDirectory.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return Files.isWritable(existing);
    }
}
