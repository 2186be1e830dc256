package io.opensergo.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a control plane that can go dead: nothing gets through and nobody is told. */
final class Link implements AutoCloseable {

    private final int target;
    private final ServerSocket entrance;
    private final List<Socket> ends = new CopyOnWriteArrayList<>();
    private volatile boolean frozen;

    Link(int target) throws IOException {
        this.target = target;
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        run(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    void freeze() {
        frozen = true;
    }

    private void accept() throws IOException {
        while (!entrance.isClosed()) {
            Socket near = entrance.accept();
            var far = new Socket(InetAddress.getLoopbackAddress(), target);
            ends.addAll(List.of(near, far));
            run(() -> pump(near, far));
            run(() -> pump(far, near));
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (!frozen) {
                out.write(buffer, 0, count);
            }
        }
    }

    private static void run(Step step) {
        var thread =
                new Thread(
                        () -> {
                            try {
                                step.run();
                            } catch (IOException e) {
                                // one end has closed, and with it this way ends
                                return;
                            }
                        },
                        "link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
            for (Socket end : ends) {
                end.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a thread of it does. */
    private interface Step {
        void run() throws IOException;
    }
}
