package io.opensergo.console;

import io.opensergo.console.internal.http.WebServer;
import io.opensergo.controlplane.ControlPlane;

/**
 * The console of a control plane in this process: an HTTP API and a page.
 *
 * <pre>{@code
 * try (ControlPlane controlPlane = ControlPlane.builder().source(rules).start();
 *         Console console = Console.builder(controlPlane).start()) {
 *     open("http://localhost:" + console.port());
 * }
 * }</pre>
 *
 * <p><b>Who may do what.</b> It asks the control plane's {@link ControlPlane#authorizer()
 * authorizer}, by bearer tokens and by sessions of people who log in with one: what a client may
 * read there it may read here, and what it may change {@link
 * io.opensergo.controlplane.Authorizer#mayWrite} says. Without an authorizer everybody on this
 * machine may read and write, and it listens on the loopback interface alone.
 *
 * <p><b>Encryption.</b> If the control plane has TLS, the console has it too, by the same
 * certificates.
 *
 * <p>Close it before the control plane. For any number of threads.
 */
public final class Console implements AutoCloseable {

    /** The port it listens on unless set otherwise: {@value}. */
    public static final int DEFAULT_PORT = 8848;

    private final WebServer server;
    private final boolean isEncrypted;

    Console(WebServer server, boolean isEncrypted) {
        this.server = server;
        this.isEncrypted = isEncrypted;
    }

    /** Returns a builder of a console of a control plane, which is not closed with it. */
    public static ConsoleBuilder builder(ControlPlane controlPlane) {
        return new ConsoleBuilder(controlPlane);
    }

    /** Returns the port it listens on. */
    public int port() {
        return server.port();
    }

    /** Returns whether it is spoken to by TLS: {@code https}. */
    public boolean isEncrypted() {
        return isEncrypted;
    }

    /** Stops listening and ends what is being served. Does nothing the second time. */
    @Override
    public void close() {
        server.close();
    }
}
