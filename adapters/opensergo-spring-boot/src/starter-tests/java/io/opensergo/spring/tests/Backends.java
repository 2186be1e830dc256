package io.opensergo.spring.tests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Instances of the services {@code prices}, {@code archive}, {@code own} and {@code silent}, which
 * answer with their names and the colour of a request; an instance that {@code x-failing} names,
 * with status 503.
 */
final class Backends implements AutoCloseable {

    static {
        // or each answer waits for an acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(1);
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<String> settings = new ArrayList<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, String> lastHosts = new ConcurrentHashMap<>();

    Backends() {
        instance("prices", 0, "v1-a", "version=v1");
        instance("prices", 1, "v1-b", "version=v1");
        instance("prices", 2, "v2", "version=v2");
        instance("prices", 3, "v1-beta", "version=v1", "lane=beta");
        instance("archive", 0, "archive", "version=v0");
        instance("own", 0, "own-a", "version=v1");
        instance("own", 1, "own-b", "version=v1");
        instance("own", 2, "own-c", "version=v2");
        instance("silent", 0, "silent", "version=v1");
    }

    private void instance(String service, int index, String name, String... metadata) {
        try {
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> answer(exchange, name));
            server.setExecutor(threads);
            server.start();
            servers.add(server);
            ports.put(name, server.getAddress().getPort());
            String key = "--spring.cloud.discovery.client.simple.instances." + service;
            settings.add(
                    key + "[" + index + "].uri=http://localhost:" + server.getAddress().getPort());
            for (String each : metadata) {
                settings.add(key + "[" + index + "].metadata." + each);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange, String name) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.contains("/silent")) {
            await(closed);
        } else if (path.contains("/held")) {
            await(gate);
        }
        String colour = exchange.getRequestHeaders().getFirst("x-opensergo-traffic");
        byte[] body = (name + " colour " + colour).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "text/plain");
        lastHosts.put(name, exchange.getRequestHeaders().getFirst("host"));
        boolean fails =
                path.contains("/failing")
                        || name.equals(exchange.getRequestHeaders().getFirst("x-failing"));
        exchange.sendResponseHeaders(fails ? 503 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets requests go whose paths say {@code held}, and holds those that come later. */
    void release() {
        CountDownLatch open = gate;
        gate = new CountDownLatch(1);
        open.countDown();
    }

    int port(String instance) {
        return ports.get(instance);
    }

    /** Returns what the newest request to each instance that had one said it is for. */
    Map<String, String> lastHosts() {
        return lastHosts;
    }

    /** Returns where they are, for a simple discovery client. */
    List<String> settings() {
        return settings;
    }

    @Override
    public void close() {
        closed.countDown();
        gate.countDown();
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }
}
