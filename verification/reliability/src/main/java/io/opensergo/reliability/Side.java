package io.opensergo.reliability;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The socket at one side of a connection. Confined to the proxy's loop. */
final class Side implements ProxyLoop.Handler {

    /** What happens to a side. */
    interface Owner {

        /** The socket can be connected, read or written. */
        void ready(Side side, SelectionKey key) throws IOException;

        /** The socket is broken. */
        void failed(Side side);
    }

    /** Something that may fail with the socket. */
    interface Step {
        void run() throws IOException;
    }

    private final SocketChannel channel;
    private final Owner owner;
    private @Nullable SelectionKey key;

    Side(SocketChannel channel, Owner owner) {
        this.channel = channel;
        this.owner = owner;
    }

    void register(ProxyLoop loop) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = loop.register(channel, 0, this);
    }

    SocketChannel channel() {
        return channel;
    }

    void wantConnect(boolean wanted) {
        want(SelectionKey.OP_CONNECT, wanted);
    }

    void wantRead(boolean wanted) {
        want(SelectionKey.OP_READ, wanted);
    }

    void wantWrite(boolean wanted) {
        want(SelectionKey.OP_WRITE, wanted);
    }

    private void want(int operation, boolean wanted) {
        if (key != null && key.isValid()) {
            int operations = key.interestOps();
            key.interestOps(wanted ? operations | operation : operations & ~operation);
        }
    }

    /** Does a step for which a failure means that the socket is broken. */
    void guard(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            owner.failed(this);
        }
    }

    /** Tells the peer that nothing more comes: a FIN. */
    void endOutput() throws IOException {
        if (channel.isConnected()) {
            channel.shutdownOutput();
        }
    }

    void close() throws IOException {
        channel.close();
    }

    /** Throws the connection away: an RST. */
    void reset() throws IOException {
        if (channel.isOpen()) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        }
    }

    @Override
    public void ready(SelectionKey readyKey) throws IOException {
        owner.ready(this, readyKey);
    }

    @Override
    public void failed(IOException cause) {
        owner.failed(this);
    }
}
