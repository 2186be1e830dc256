package io.opensergo.quota.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A line to a server of this host that delays what goes to the server by half of a round trip, and
 * what comes back by the other half. Order and throughput are kept.
 */
final class DelayingProxy implements AutoCloseable {

    private static final class Chunk {
        private final byte[] bytes;
        private final long dueNanos;

        Chunk(byte[] bytes, long dueNanos) {
            this.bytes = bytes;
            this.dueNanos = dueNanos;
        }
    }

    private final ServerSocket door;
    private final int serverPort;
    private final long oneWayNanos;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    DelayingProxy(int serverPort, int roundTripMillis) {
        this.serverPort = serverPort;
        this.oneWayNanos = TimeUnit.MILLISECONDS.toNanos(roundTripMillis) / 2;
        try {
            door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("proxy-door", this::accept);
    }

    String uri() {
        return "redis://127.0.0.1:" + door.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = door.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            sockets.add(near);
            sockets.add(far);
            pipe(near, far);
            pipe(far, near);
        }
    }

    private void pipe(Socket from, Socket to) {
        BlockingQueue<Chunk> underWay = new LinkedBlockingQueue<>();
        start("proxy-in", () -> read(from, underWay));
        start("proxy-out", () -> write(to, underWay));
    }

    private void read(Socket from, BlockingQueue<Chunk> underWay) throws IOException {
        byte[] buffer = new byte[16_384];
        InputStream in = from.getInputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            underWay.add(new Chunk(Arrays.copyOf(buffer, read), System.nanoTime() + oneWayNanos));
        }
        underWay.add(new Chunk(new byte[0], System.nanoTime()));
    }

    private void write(Socket to, BlockingQueue<Chunk> underWay)
            throws IOException, InterruptedException {
        OutputStream out = to.getOutputStream();
        for (Chunk chunk = underWay.take(); chunk.bytes.length > 0; chunk = underWay.take()) {
            TimeUnit.NANOSECONDS.sleep(chunk.dueNanos - System.nanoTime());
            out.write(chunk.bytes);
        }
        to.close();
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void start(String name, Work work) {
        var thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (IOException | InterruptedException e) {
                                close(); // a line that breaks, breaks for both ends
                            }
                        },
                        name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            door.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
