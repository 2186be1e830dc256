package io.opensergo.kubernetes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ServerSocketFactory;

/** HTTP/1.1 on plain sockets, which a test may cut wherever it likes. */
final class HttpSockets {

    /** Answers requests, each connection on a thread of its own. */
    interface Handler {
        void handle(Request request, Reply reply) throws IOException;
    }

    /**
     * @param nanos when it came
     */
    record Request(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String body,
            long nanos) {

        String query(String name) {
            return query.getOrDefault(name, "");
        }

        boolean isWatch() {
            return query("watch").equals("1");
        }
    }

    private final ServerSocketFactory factory;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket server;
    private Thread acceptor;
    private int port;

    HttpSockets(ServerSocketFactory factory, Handler handler) {
        this.factory = factory;
        this.handler = handler;
    }

    int port() {
        return port;
    }

    /**
     * Listens, on the port of the time before if there was one. It is none of those that systems
     * give to outgoing connections: while it is free, a client that tries to reach it may get it.
     */
    void start() throws IOException {
        if (port > 0) {
            listen(port);
        } else {
            listenAnywhere();
        }
        acceptor = thread(this::accept);
    }

    private void listenAnywhere() throws IOException {
        for (int attempt = 1; port == 0; attempt++) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try {
                listen(candidate);
                port = candidate;
            } catch (BindException e) {
                if (attempt == 100) {
                    throw e;
                }
            }
        }
    }

    private void listen(int candidate) throws IOException {
        server = factory.createServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), candidate));
    }

    /** Ends as a killed process does; the port is free when this has returned. */
    void kill() throws IOException {
        server.close();
        cutAll();
        try {
            acceptor.join(); // until it has left the call, the system keeps the port
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void cutAll() throws IOException {
        for (Socket each : open) {
            each.close();
        }
    }

    private void accept() {
        ServerSocket mine = server;
        while (!mine.isClosed()) {
            try {
                Socket socket = mine.accept();
                open.add(socket);
                thread(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "scripted-api-server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void serve(Socket socket) {
        try (socket) {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (Request next = read(in); next != null; next = read(in)) {
                handler.handle(next, new Reply(socket));
            }
        } catch (IOException e) {
            // cut by the client or by the test
        } finally {
            open.remove(socket);
        }
    }

    private static Request read(BufferedReader in) throws IOException {
        String line = in.readLine();
        if (line == null) {
            return null;
        }
        URI uri = URI.create(line.split(" ", -1)[1]);
        Map<String, String> headers = new HashMap<>();
        for (String header = in.readLine(); header != null && !header.isEmpty(); ) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
            header = in.readLine();
        }
        Map<String, String> query = new HashMap<>();
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&", -1)) {
                int equals = pair.indexOf('=');
                query.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        String method = line.split(" ", -1)[0];
        String body = body(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Request(method, uri.getPath(), query, headers, body, System.nanoTime());
    }

    private static String body(BufferedReader in, int length) throws IOException {
        var bytes = new char[length];
        int read = 0;
        while (read < length) {
            int more = in.read(bytes, read, length - read);
            if (more < 0) {
                throw new IOException("the body ends after " + read + " of " + length);
            }
            read += more;
        }
        byte[] latin = new String(bytes).getBytes(StandardCharsets.ISO_8859_1);
        return new String(latin, StandardCharsets.UTF_8);
    }

    /** One response. */
    static final class Reply {

        private final Socket socket;
        private final OutputStream out;

        Reply(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        void whole(int code, String body, String... headers) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            head(code, "Content-Length: " + bytes.length, headers);
            out.write(bytes);
            out.flush();
        }

        void startStream() throws IOException {
            head(200, "Transfer-Encoding: chunked");
            out.flush();
        }

        void chunk(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.write(
                    (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.write(bytes);
            out.write("\r\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void endStream() throws IOException {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void cut() throws IOException {
            socket.close();
        }

        private void head(int code, String length, String... headers) throws IOException {
            var head = new StringBuilder("HTTP/1.1 " + code + " Scripted\r\n" + length + "\r\n");
            head.append("Content-Type: application/json\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
