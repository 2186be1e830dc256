package io.opensergo.testcontrolplane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes connections of a port on to another, as long as it is to. A thread accepts, and each
 * connection has one for each direction; all of them are daemons.
 */
final class FaultyRelay implements AutoCloseable {

    /** In place of a port: connections end as soon as they are made. */
    static final int NOWHERE = 0;

    private static final int BUFFER_BYTES = 16 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(FaultyRelay.class);

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, as is the port. */
    private boolean silent;

    private int target;

    private FaultyRelay(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    static FaultyRelay start(int target) {
        try {
            var relay =
                    new FaultyRelay(
                            new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), target);
            start("accept", relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException("the test's control plane cannot listen", e);
        }
    }

    private static void start(String name, Runnable task) {
        var thread = new Thread(task, "opensergo-test-control-plane-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Leads new connections elsewhere, and cuts those that are open. */
    void leadTo(int port) {
        lock.lock();
        try {
            target = port;
            cut();
        } finally {
            lock.unlock();
        }
    }

    void setSilent(boolean isSilent) {
        lock.lock();
        try {
            silent = isSilent;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void cut() {
        lock.lock();
        try {
            open.forEach(FaultyRelay::close);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                pass(server.accept());
            } catch (IOException e) { // of the server: it is closed
                return;
            }
        }
    }

    /** Under the lock, so that a connection is either cut or led to the target of then. */
    private void pass(Socket client) {
        lock.lock();
        try {
            if (target == NOWHERE || server.isClosed()) {
                close(client);
                return;
            }
            var backend = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            backend.setTcpNoDelay(true);
            open.add(client);
            open.add(backend);
            start("out", () -> pump(client, backend));
            start("in", () -> pump(backend, client));
        } catch (IOException e) { // it is going down: so does the client's connection
            close(client);
        } finally {
            lock.unlock();
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitSpeech(from);
                out.write(buffer, 0, read);
            }
        } catch (IOException e) { // the other end of the connection hears of it as well
            close(to);
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void awaitSpeech(Socket from) {
        lock.lock();
        try {
            while (silent && !from.isClosed()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("A connection of a test cannot be closed", e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
