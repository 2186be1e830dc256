package io.opensergo.quota.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import redis.embedded.RedisServer;

/** A Redis server on a free port of this host, which can be stopped and started again. */
final class RedisProcess implements AutoCloseable {

    private final RedisServer server;
    private final int port;

    private RedisProcess(RedisServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Prepares a server that is not started yet. */
    static RedisProcess prepare(String... settings) {
        try {
            int port = freePort();
            var builder =
                    RedisServer.newRedisServer()
                            .port(port)
                            .bind("127.0.0.1")
                            .setting("save \"\"")
                            .setting("maxmemory 64mb");
            for (String setting : settings) {
                builder.setting(setting);
            }
            return new RedisProcess(builder.build(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RedisProcess started(String... settings) {
        RedisProcess redis = prepare(settings);
        redis.start();
        return redis;
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    String uri() {
        return "redis://" + address();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        stop();
    }
}
