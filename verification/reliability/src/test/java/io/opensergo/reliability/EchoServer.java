package io.opensergo.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Says what it hears, and remembers how the connections to it ended. */
final class EchoServer implements AutoCloseable {

    /** How a peer ended a connection. */
    enum End {
        FIN,
        RST
    }

    private final ServerSocket listener;
    private final Map<Integer, End> ends = new ConcurrentHashMap<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger heard = new AtomicInteger();

    EchoServer() throws IOException {
        listener = new ServerSocket(0, 600, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable task) {
        var thread = new Thread(task, "echo-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    int accepted() {
        return accepted.get();
    }

    /** Returns how many bytes came, of all connections. */
    int heard() {
        return heard.get();
    }

    /** Returns how each connection ended that did, by its number from 1. */
    Map<Integer, End> ends() {
        return Map.copyOf(ends);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                int number = accepted.incrementAndGet();
                start(() -> ends.put(number, echo(socket)));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private End echo(Socket socket) {
        byte[] buffer = new byte[4096];
        try (socket) {
            socket.setTcpNoDelay(true);
            for (int count = socket.getInputStream().read(buffer);
                    count >= 0;
                    count = socket.getInputStream().read(buffer)) {
                heard.addAndGet(count);
                socket.getOutputStream().write(buffer, 0, count);
            }
            return End.FIN;
        } catch (IOException e) {
            return End.RST;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
